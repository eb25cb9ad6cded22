// Numbers over time as lines or bars, with their table. The plot is for those who see it; the table has the same numbers.

import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import { isDark } from "../frame/theme.ts";
import { exactly } from "./time.tsx";

export interface Series {
  readonly title: string;
  /** One for each time; null where there is none. */
  readonly values: readonly (number | null)[];
}

interface PlotProps {
  readonly title: string;
  /** Seconds since 1970. */
  readonly times: readonly number[];
  readonly series: readonly Series[];
  readonly format: (value: number) => string;
  readonly kind?: "lines" | "bars";
  readonly height?: number;
}

/** The dashes differ too, so that colour is not the only sign. */
const dashes = [[], [6, 4], [2, 3], [10, 3, 2, 3]];

function color(index: number): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--series-${(index % 6) + 1}`).trim();
}

/** Room for the halves of the first and the last bar; and an hour around a single time, which has no length of its own. */
function spread(times: readonly number[], kind: string): [number, number] {
  const [first = 0, second = first] = times;
  const last = times.at(-1) ?? first;
  const half = second > first ? (second - first) / 2 : 1800;
  return kind === "bars" || first === last ? [first - half, last + half] : [first, last];
}

export function Plot({ title, times, series, format, kind = "lines", height = 220 }: PlotProps): VNode {
  const place = useRef<HTMLDivElement>(null);
  const dark = isDark.value;
  useEffect(() => {
    const element = place.current;
    if (element === null || times.length === 0) return;
    const style = getComputedStyle(document.documentElement);
    const grid = { stroke: style.getPropertyValue("--line").trim(), width: 1 };
    const ink = style.getPropertyValue("--faint").trim();
    const bars = kind === "bars" ? { paths: uPlot.paths.bars?.({ size: [0.7, 40] }) } : {};
    const options: uPlot.Options = {
      width: element.clientWidth,
      height,
      legend: { show: false },
      cursor: { drag: { setScale: false } },
      axes: [
        { stroke: ink, grid },
        { stroke: ink, grid, size: 70, values: (_, ticks) => ticks.map(format) },
      ],
      scales: {
        x: { range: () => spread(times, kind) },
        y: { range: (_, _low, high) => [0, high > 0 ? high * 1.05 : 1] },
      },
      series: [
        {},
        ...series.map((it, index) => ({
          label: it.title,
          stroke: color(index),
          width: 2,
          dash: [...(dashes[Math.floor(index / 6) % dashes.length] ?? [])],
          ...(kind === "bars" ? { fill: color(index), ...bars } : {}),
        })),
      ],
    } as uPlot.Options;
    const data = [times, ...series.map(({ values }) => values)] as unknown as uPlot.AlignedData;
    const drawn = new uPlot(options, data, element);
    const size = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height }));
    size.observe(element);
    return () => {
      size.disconnect();
      drawn.destroy();
    };
  }, [JSON.stringify([times, series]), kind, height, dark]);
  return (
    <figure class="plot">
      <figcaption>
        {title}
        {series.length > 1 && (
          <span class="legend">
            {series.map((it, index) => (
              <span key={it.title}>
                <span class={`swatch series-${(index % 6) + 1}`} aria-hidden="true" /> {it.title}
              </span>
            ))}
          </span>
        )}
      </figcaption>
      <div ref={place} aria-hidden="true" />
      <details>
        <summary>The numbers as a table</summary>
        <div class="scrolls" role="region" aria-label={`${title}, as a table`} tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">Time</th>
                {series.map((it) => (
                  <th key={it.title} scope="col" class="number">
                    {it.title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {times.map((time, row) => (
                <tr key={time}>
                  <th scope="row">{exactly(new Date(time * 1000).toISOString())}</th>
                  {series.map((it) => (
                    <td key={it.title} class="number">
                      {it.values[row] == null ? "–" : format(it.values[row])}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </details>
    </figure>
  );
}
