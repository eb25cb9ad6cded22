// Numbers as people read them.

const whole = new Intl.NumberFormat("en");
const short = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });

/** `12,345` */
export const count = (value: number): string => whole.format(value);

/** `12.3K`, for where there is little room; put `count` in the title. */
export const brief = (value: number): string => short.format(value);

/** `$0.0042`, `$12.30`: two digits, or as many as a small amount needs. */
export function usd(value: number): string {
  const digits = value === 0 || value >= 1 ? 2 : Math.min(6, Math.max(2, 2 - Math.floor(Math.log10(value))));
  return `$${value.toFixed(digits)}`;
}

/** `1.5 MiB` */
export function bytes(value: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const at = value < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(value) / 10));
  const scaled = value / 1024 ** at;
  return `${at === 0 || scaled >= 100 ? Math.round(scaled) : scaled.toFixed(1)} ${units[at]}`;
}

/** `12.5 %` of a part between 0 and 1. */
export const percent = (part: number): string => `${(part * 100).toFixed(part === 0 || part === 1 ? 0 : 1)} %`;
