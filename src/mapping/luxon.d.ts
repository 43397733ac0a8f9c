/** The little of luxon that is used here; goes when `@types/luxon` comes. */
declare module 'luxon' {
  export class DateTime {
    static fromMillis(ms: number, options: { zone: string }): DateTime;
    setZone(zone: string, options: { keepLocalTime: boolean }): DateTime;
    toMillis(): number;
    readonly isValid: boolean;
  }
}
