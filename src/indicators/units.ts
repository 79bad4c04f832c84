/** `0.914` → `91.4 %`. */
export const percent = (share: number): string => `${rounded(share * 100, 1)} %`;

/** `1_610_612_736` → `1.5 GiB`. */
export function bytes(count: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const power = count < 1 ? 0 : Math.min(Math.floor(Math.log2(count) / 10), units.length - 1);
  return `${rounded(count / 1024 ** power, 1)} ${units[power]}`;
}

/** A share for the data of a result, with four digits. */
export const share = (value: number): number => rounded(value, 4);

/** `12.345` → `12.3 ms`. */
export const inMilliseconds = (value: number): string => `${rounded(value, 1)} ms`;

export function rounded(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
