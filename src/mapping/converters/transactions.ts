import type { Converter, Scalar, Scene } from './converter.ts';

function exchanged(value: Scalar | undefined, other: (id: number) => number, scene: Scene): number | undefined {
  if (typeof value !== 'number') return undefined;
  const id = other(value);
  if (id !== value) scene.lose('tx-alias', String(value));
  return id;
}

/** -1 (the start was never confirmed) and 0 have no special meaning here: unknown ids stay as they are. */
export const transactionUp: Converter = {
  does: 'turns the transaction id of the charge point into the one of the CSMS',
  takes: 'int',
  gives: 'int',
  args: [],
  total: true,
  losses: ['tx-alias'],
  convert: (value, _args, scene) => exchanged(value, (id) => scene.memory.csmsTransaction(id), scene),
};

export const transactionDown: Converter = {
  does: 'turns the transaction id of the CSMS into the one the charge point knows',
  takes: 'int',
  gives: 'int',
  args: [],
  total: true,
  losses: ['tx-alias'],
  convert: (value, _args, scene) => exchanged(value, (id) => scene.memory.deviceTransaction(id), scene),
};

/** OCPP 1.2 meter values name no transaction. Connector 0 is the main meter and never gets one. */
export const activeTransaction: Converter = {
  does: 'finds the transaction on the connector that covers the time of the reading',
  takes: 'none',
  gives: 'int',
  args: ['connectorId', 'timestamp'],
  total: false,
  losses: ['mv12-fields'],
  convert(_value, [connectorId, timestamp], scene) {
    if (typeof connectorId !== 'number' || connectorId < 1) return undefined;
    const id = scene.memory.transactionAt(connectorId, typeof timestamp === 'number' ? timestamp : undefined);
    if (id !== undefined) scene.lose('mv12-fields', String(id));
    return id;
  },
};
