export { http } from './http.ts';
export { publish } from './publish.ts';
export { putEvent } from './put-event.ts';
export { sendMessage } from './send-message.ts';
