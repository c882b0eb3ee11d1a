/** What the small forms on a link's page are for; their tokens are good for nothing else. */
export const rotatePurpose = (id: string): string => `rotate client secret ${id}`;
export const useExpectedPurpose = (id: string): string => `use expected redirect URI ${id}`;
