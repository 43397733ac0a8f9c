import { listed } from './variable-values.ts';

/** What a variable can hold. */
export interface Characteristics {
  readonly dataType: string;
  readonly minLimit?: number;
  readonly maxLimit?: number;
  readonly valuesList?: readonly string[];
}

/** 500 characters are the longest value in 1.6 (CiString500Type); what the bridge keeps itself is not longer either. */
const LONGEST_WRITTEN = 500;

/** Why a variable cannot have this value, as a reasonCode of OCPP 2.0.1; undefined when it can. */
export function unfit(value: string, what: Characteristics): string | undefined {
  if (value.length > LONGEST_WRITTEN) return 'TooLargeElement';
  switch (what.dataType) {
    case 'boolean':
      return /^(true|false)$/i.test(value) ? undefined : 'InvalidValue';
    case 'integer':
      return /^[+-]?\d{1,15}$/.test(value) ? outside(Number(value), what) : 'InvalidValue';
    case 'decimal':
      return /^[+-]?\d{1,15}(\.\d{1,15})?$/.test(value) ? outside(Number(value), what) : 'InvalidValue';
    case 'dateTime':
      return Number.isNaN(Date.parse(value)) || !/^\d{4}-\d\d-\d\dT/.test(value) ? 'InvalidValue' : undefined;
    case 'OptionList':
      return among([value], what) ? length(value, what) : 'InvalidValue';
    case 'MemberList':
    case 'SequenceList':
      return among(listed(value), what) ? length(value, what) : 'InvalidValue';
    default:
      return length(value, what);
  }
}

function outside(value: number, { minLimit, maxLimit }: Characteristics): string | undefined {
  const low = minLimit !== undefined && value < minLimit;
  const high = maxLimit !== undefined && value > maxLimit;
  return low || high ? 'ValueOutOfRange' : undefined;
}

/** Of text, maxLimit is the length (OCPP 2.0.1 VariableCharacteristicsType). */
function length(value: string, { maxLimit }: Characteristics): string | undefined {
  return maxLimit !== undefined && value.length > maxLimit ? 'TooLargeElement' : undefined;
}

function among(values: readonly string[], { valuesList }: Characteristics): boolean {
  const allowed = valuesList?.map((one) => one.toLowerCase());
  return allowed === undefined || values.every((value) => allowed.includes(value.toLowerCase()));
}
