export { event } from './event.ts';
export { item } from './item.ts';
export { message } from './message.ts';
export { response } from './response.ts';
