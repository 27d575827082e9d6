// Numbers, times and durations as people read them. What is not known is an en dash, never a zero.

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const oneDigit = new Intl.NumberFormat('en', { maximumFractionDigits: 1 });
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const shortClock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
const dayAndTime = new Intl.DateTimeFormat('en-GB', {
  year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23',
});

export const UNKNOWN = '–';

const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);

/** 12,345 */
export const count = (value) => (isNumber(value) ? whole.format(value) : UNKNOWN);

/** 12.3 k, for where there is little room. */
export function short(value) {
  if (!isNumber(value)) return UNKNOWN;
  const size = Math.abs(value);
  if (size >= 1e9) return `${oneDigit.format(value / 1e9)} G`;
  if (size >= 1e6) return `${oneDigit.format(value / 1e6)} M`;
  if (size >= 1e4) return `${oneDigit.format(value / 1e3)} k`;
  return size < 10 ? oneDigit.format(value) : whole.format(value);
}

/** Records a second. */
export const rate = (value) => (isNumber(value) ? `${short(value)}/s` : UNKNOWN);

/** 45 % of a share between 0 and 1; never 100 % before it is whole. */
export function percent(share) {
  if (!isNumber(share)) return UNKNOWN;
  const value = share >= 1 ? 100 : Math.min(99.9, Math.floor(share * 1000) / 10);
  return `${oneDigit.format(value)} %`;
}

/** 2 h 10 min, of seconds. */
export function duration(seconds) {
  if (!isNumber(seconds)) return UNKNOWN;
  if (seconds < 0) return duration(0);
  if (seconds < 1) return seconds === 0 ? '0 s' : '< 1 s';
  if (seconds < 60) return `${whole.format(seconds)} s`;
  if (seconds < 3600) return joined(Math.floor(seconds / 60), 'min', Math.floor(seconds % 60), 's');
  if (seconds < 86400) return joined(Math.floor(seconds / 3600), 'h', Math.floor((seconds % 3600) / 60), 'min');
  return joined(Math.floor(seconds / 86400), 'd', Math.floor((seconds % 86400) / 3600), 'h');
}

const joined = (large, largeUnit, small, smallUnit) =>
  small > 0 ? `${large} ${largeUnit} ${small} ${smallUnit}` : `${large} ${largeUnit}`;

/** 1.5 MiB, of bytes. */
export function bytes(value) {
  if (!isNumber(value)) return UNKNOWN;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  let size = value;
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? whole.format(size) : oneDigit.format(size)} ${units[unit]}`;
}

const asDate = (time) => {
  if (time === null || time === undefined || time === '') return null;
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? null : date;
};

/** 03:12:45, of epoch milliseconds or an ISO text. */
export function timeOfDay(time) {
  const date = asDate(time);
  return date ? clock.format(date) : UNKNOWN;
}

/** 03:12 */
export function hourAndMinute(time) {
  const date = asDate(time);
  return date ? shortClock.format(date) : UNKNOWN;
}

/** 22/11/2026, 03:12 */
export function moment(time) {
  const date = asDate(time);
  return date ? dayAndTime.format(date) : UNKNOWN;
}

/** A text, or the dash. */
export const text = (value) => (value === null || value === undefined || value === '' ? UNKNOWN : String(value));

/** 1 task, 2 tasks */
export const plural = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`;
