// The table of known units. The names are those of the dashboard files.
import type { Zone } from '../../time/zone';
import { toFixed } from './number';
import { binary, count, currency, si, suffixed, withPrefixes } from './scale';
import { clock, clockParts, daysAndClock, duration, fromNow, isoDate, isoDateShort, usDate, words } from './time';

interface Formatted {
  readonly prefix: string;
  readonly text: string;
  readonly suffix: string;
}
type Format = (value: number, decimals: number | undefined, zone: Zone) => Formatted;

const truth = (yes: string, no: string): Format => (value) => ({ prefix: '', text: value === 0 ? no : yes, suffix: '' });
const text = (make: (value: number, decimals: number | undefined) => string): Format => (value, decimals) => ({ prefix: '', text: make(value, decimals), suffix: '' });

const hex = (value: number, decimals: number | undefined): string => Number(toFixed(value, decimals)).toString(16).toUpperCase();

export const UNITS: ReadonlyMap<string, Format> = new Map<string, Format>([
  // Plain numbers.
  ['string', text((value) => String(value))],
  ['short', withPrefixes(1_000, ['', ' K', ' Mil', ' Bil', ' Tri', ' Quadr', ' Quint', ' Sext', ' Sept'])],
  ['sishort', withPrefixes(1_000, [' f', ' p', ' n', ' µ', ' m', ' ', ' k', ' M', ' G', ' T', ' P', ' E', ' Z', ' Y'], 5)],
  ['percent', suffixed('%')],
  ['percentunit', (value, decimals) => ({ prefix: '', text: toFixed(100 * value, decimals), suffix: '%' })],
  ['humidity', suffixed(' %H')], ['dB', suffixed(' dB')], ['candela', si('cd')], ['pixel', si('px')],
  ['hex', text((value, decimals) => hex(value, decimals))],
  ['hex0x', text((value, decimals) => `0x${hex(value, decimals)}`)],
  ['sci', text((value, decimals) => value.toExponential(decimals))],
  ['locale', text((value, decimals) => value.toLocaleString('en-US', { maximumFractionDigits: decimals ?? 3 }))],
  ['bool', truth('True', 'False')], ['bool_yes_no', truth('Yes', 'No')], ['bool_on_off', truth('On', 'Off')],
  // Data.
  ['bytes', binary('B')], ['decbytes', si('B')], ['bits', binary('b')], ['decbits', si('b')],
  ['kbytes', binary('B', 1)], ['deckbytes', si('B', 1)], ['mbytes', binary('B', 2)], ['decmbytes', si('B', 2)], ['gbytes', binary('B', 3)], ['decgbytes', si('B', 3)], ['tbytes', binary('B', 4)], ['dectbytes', si('B', 4)], ['pbytes', binary('B', 5)], ['decpbytes', si('B', 5)],
  // Data rates.
  ['pps', si('p/s')], ['Bps', si('B/s')], ['binBps', binary('B/s')], ['bps', si('b/s')], ['binbps', binary('b/s')],
  ['KBs', si('B/s', 1)], ['KiBs', binary('B/s', 1)], ['Kbits', si('b/s', 1)], ['Kibits', binary('b/s', 1)], ['MBs', si('B/s', 2)], ['MiBs', binary('B/s', 2)], ['Mbits', si('b/s', 2)], ['Mibits', binary('b/s', 2)],
  ['GBs', si('B/s', 3)], ['GiBs', binary('B/s', 3)], ['Gbits', si('b/s', 3)], ['Gibits', binary('b/s', 3)], ['TBs', si('B/s', 4)], ['TiBs', binary('B/s', 4)], ['Tbits', si('b/s', 4)], ['PBs', si('B/s', 5)], ['Pbits', si('b/s', 5)],
  // Throughput.
  ['cps', count('c/s')], ['ops', count('ops/s')], ['reqps', count('req/s')], ['rps', count('rd/s')], ['wps', count('wr/s')], ['iops', count('io/s')], ['eps', count('evt/s')], ['mps', count('msg/s')], ['recps', count('rec/s')], ['rowsps', count('rows/s')],
  ['cpm', count('c/m')], ['opm', count('ops/m')], ['reqpm', count('req/m')], ['rpm', count('rd/m')], ['wpm', count('wr/m')], ['epm', count('evts/m')],
  // Time.
  ['ns', duration('ns')], ['µs', duration('µs')], ['us', duration('µs')], ['ms', duration('ms')], ['s', duration('s')], ['m', duration('m')], ['h', duration('h')], ['d', duration('d')],
  ['hertz', si('Hz')], ['rotrpm', suffixed(' rpm')], ['rothz', si('Hz')],
  ['dtdurationms', words(1e-3)], ['dtdurations', words(1)], ['dthms', clock], ['dtdhms', daysAndClock], ['clockms', clockParts(1e-3)], ['clocks', clockParts(1)],
  ['timeticks', (value, decimals, zone) => duration('s')(value / 100, decimals, zone)],
  ['dateTimeAsIso', isoDate], ['dateTimeAsIsoNoDateIfToday', isoDateShort], ['dateTimeAsUS', usDate], ['dateTimeAsUSNoDateIfToday', usDate], ['dateTimeAsLocal', isoDate], ['dateTimeAsLocalNoDateIfToday', isoDateShort], ['dateTimeAsSystem', isoDate], ['dateTimeFromNow', fromNow],
  // Physics, as infrastructure dashboards use it.
  ['celsius', suffixed(' °C')], ['fahrenheit', suffixed(' °F')], ['kelvin', suffixed(' K')],
  ['watt', si('W')], ['kwatt', si('W', 1)], ['mwatt', si('W', -1)], ['voltamp', si('VA')], ['watth', si('Wh')], ['kwatth', si('Wh', 1)], ['joule', si('J')], ['amp', si('A')], ['volt', si('V')], ['mvolt', si('V', -1)], ['ohm', si('Ω')],
  ['lengthm', si('m')], ['lengthmm', si('m', -1)], ['lengthkm', si('m', 1)], ['massg', si('g')], ['masskg', si('g', 1)], ['pressurebar', si('bar')], ['pressurehpa', suffixed(' hPa')], ['litre', si('L')], ['degree', suffixed('°')], ['lux', si('Lux')],
  ['flops', si('FLOPS')], ['Hs', si('H/s')], ['ppm', suffixed(' ppm')], ['rads', suffixed(' rad/s')], ['velocityms', suffixed(' m/s')], ['velocitykmh', suffixed(' km/h')], 
  // Money.
  ['currencyUSD', currency('$')], ['currencyEUR', currency('€')], ['currencyGBP', currency('£')], ['currencyJPY', currency('¥')], ['currencyBTC', currency('฿')], ['currencyCHF', currency('CHF')],
]);
