/** Express 4 under an alias, to run the kit on both; what the specs use of it is the same in both. */
declare module 'express4' {
  import express from 'express';
  export default express;
}
