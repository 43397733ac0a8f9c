import { randomUUID } from 'node:crypto';

/** Makes unique ids; a parameter, so that tests can foretell them. */
export type Ids = () => string;

/** UUIDs: 36 characters, the most an OCPP-J unique id may have. */
export const randomIds: Ids = () => randomUUID();
