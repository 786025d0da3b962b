/** The parts of undici that an exchange needs, by their own paths: the whole package takes as long to load as two hundred requests. */
declare module 'undici/lib/dispatcher/agent.js' {
  export { Agent as default } from 'undici';
}

declare module 'undici/lib/core/connect.js' {
  export { buildConnector as default } from 'undici';
}

declare module 'undici/lib/api/api-request.js' {
  import type { Dispatcher } from 'undici';

  const request: Dispatcher['request'];
  export default request;
}

declare module 'undici/lib/web/websocket/websocket.js' {
  export { ping, WebSocket } from 'undici';
}
