/** The pages that make and delete both halves of a link. */
import { Router } from 'express';
import { allowOnly } from '../../http/allow-only.js';
import { reportingRejections } from '../../http/attempt.js';
import type { Endpoint, EndpointFactory } from '../../http/handler.js';
import {
  createByForm,
  deleteTwoWay,
  findPeerByForm,
  showCreate,
  showTwoWayDelete,
  type CreatePageDependencies,
} from './create-pages.js';

export function createLinkRoutes(
  dependencies: CreatePageDependencies & { endpoints: EndpointFactory },
): Router {
  const { endpoints, context } = dependencies;
  const router = Router();
  const route = (path: string, name: string, get: Endpoint | undefined, post: Endpoint): void => {
    const page = (endpoint: Endpoint) =>
      endpoints('page', name, reportingRejections(context, name, endpoint));
    if (get) router.get(path, page(get));
    router.post(path, page(post));
    router.all(path, allowOnly(...(get ? ['GET', 'POST'] : ['POST'])));
  };
  route('/applinks/admin/create', 'create', showCreate(dependencies), findPeerByForm(dependencies));
  route('/applinks/admin/create/link', 'create-link', undefined, createByForm(dependencies));
  route(
    '/applinks/admin/links/:id/delete-both',
    'delete-both',
    showTwoWayDelete(dependencies),
    deleteTwoWay(dependencies),
  );
  return router;
}
