// Thousands of spans as bars on one canvas, with drag to zoom. Bars have a least width: short spans are never hidden.

import type { VNode } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { isDark } from "../../frame/theme.ts";
import { codePoint, piecesOf } from "../../parts/text.tsx";
import { colorOf, type Range, type Step } from "./spans.ts";
import { choose, type Drawn, show } from "./view.ts";

const LEAST_WIDTH = 2;
/** A bar of this width has room for a part of its name. */
const NAMED_WIDTH = 40;
/** A move of the pointer by more pixels is a drag. */
const DRAG = 4;

interface CanvasProps {
  readonly of: Drawn;
  /** What the left and the right edge stand for. */
  readonly shown: Range;
  readonly rowHeight: number;
  readonly rows: number;
  /** The row of a step. */
  readonly rowOf: (step: Step) => number;
  /** Whether there is room for names. */
  readonly isNamed: boolean;
  /** A range that is marked: what the other drawing shows. */
  readonly marked?: Range | undefined;
  /** Stretches that have several spans, in rows of their own. */
  readonly stretches?: readonly Stretch[] | undefined;
}

export interface Stretch extends Range {
  readonly title: string;
  readonly row: number;
}

export function Canvas(props: CanvasProps): VNode {
  const { of, shown, rowHeight, rows, rowOf, marked } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useSignal(0);
  const drag = useSignal<readonly [from: number, to: number] | undefined>(undefined);
  const height = rows * rowHeight;
  useLayoutEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    width.value = element.clientWidth;
    const size = new ResizeObserver(() => (width.value = element.clientWidth));
    size.observe(element);
    return () => size.disconnect();
  }, []);
  useEffect(() => {
    if (canvas.current !== null && width.value > 0) draw(canvas.current, props);
  }, [of, shown.from, shown.to, rows, width.value, isDark.value]);

  const xOf = (event: PointerEvent): number => event.clientX - (canvas.current?.getBoundingClientRect().left ?? 0);
  const msAt = (x: number): number =>
    shown.from + ((shown.to - shown.from) * x) / Math.max(1, canvas.current?.clientWidth ?? 1);
  const down = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    canvas.current?.setPointerCapture(event.pointerId);
    drag.value = [xOf(event), xOf(event)];
  };
  const move = (event: PointerEvent): void => {
    const now = drag.peek();
    if (now !== undefined) drag.value = [now[0], xOf(event)];
  };
  const up = (event: PointerEvent): void => {
    const now = drag.peek();
    drag.value = undefined;
    if (now === undefined) return;
    const [from, to] = now[0] < now[1] ? now : [now[1], now[0]];
    if (to - from > DRAG) show({ from: Math.max(msAt(from), 0), to: Math.min(msAt(to), of.whole.to) }, of.whole);
    else {
      const row = Math.floor((event.clientY - (canvas.current?.getBoundingClientRect().top ?? 0)) / rowHeight);
      const stretch = props.stretches?.find((it) => it.row === row && it.from <= msAt(from) && it.to >= msAt(from));
      if (stretch === undefined)
        choose(
          near(
            of.steps.filter((it) => rowOf(it) === row),
            msAt(from),
          ),
        );
      else show({ from: stretch.from, to: stretch.to }, of.whole);
    }
  };
  const left = (ms: number): string => `${(100 * (ms - shown.from)) / (shown.to - shown.from)}%`;
  return (
    <div class="canvas" aria-hidden="true">
      <canvas
        ref={canvas}
        style={{ height: `${height}px` }}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={() => (drag.value = undefined)}
      />
      {marked !== undefined && (
        <>
          <span class="unmarked" style={{ left: 0, width: left(marked.from) }} />
          <span class="unmarked" style={{ left: left(marked.to), right: 0 }} />
        </>
      )}
      {drag.value !== undefined && (
        <span
          class="dragged"
          style={{ left: `${Math.min(...drag.value)}px`, width: `${Math.abs(drag.value[1] - drag.value[0])}px` }}
        />
      )}
    </div>
  );
}

/** The step that is meant by a click: the one there, else the nearest. */
function near(steps: readonly Step[], ms: number): Step | undefined {
  const far = ({ span }: Step): number => Math.max(span.start_ms - ms, ms - span.start_ms - span.duration_ms, 0);
  return steps.reduce<Step | undefined>((best, it) => (best === undefined || far(it) < far(best) ? it : best), undefined);
}

/** Hidden characters by their names, as everywhere. */
const plain = (text: string): string =>
  piecesOf(text)
    .map((piece, at) => (at % 2 === 0 ? piece : codePoint(piece)))
    .join("");

function draw(canvas: HTMLCanvasElement, props: CanvasProps): void {
  const { of, shown, rowHeight, rows, rowOf, isNamed, stretches = [] } = props;
  const context = canvas.getContext("2d");
  const width = canvas.clientWidth;
  if (context === null || width === 0) return;
  canvas.width = width * devicePixelRatio;
  canvas.height = rows * rowHeight * devicePixelRatio;
  context.scale(devicePixelRatio, devicePixelRatio);
  context.font = `12px ${getComputedStyle(canvas).fontFamily}`;
  context.textBaseline = "middle";
  const style = getComputedStyle(document.documentElement);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const colors = [1, 2, 3, 4, 5].map((number) => color(`--series-${number}`));
  const [ground = "", ink = "", bad = "", neutral = ""] = ["--ground", "--ink", "--bad", "--sunken"].map(color);
  const scale = width / (shown.to - shown.from);
  const found = of.found.length === of.steps.length ? undefined : new Set(of.found);

  /** A bar, as far as it is in sight; answers where it is. */
  const bar = (
    from: number,
    to: number,
    row: number,
    fill: string,
  ): readonly [x: number, y: number, wide: number] | undefined => {
    const start = (from - shown.from) * scale;
    const end = start + Math.max((to - from) * scale, LEAST_WIDTH);
    if (start > width || end < 0) return undefined;
    const x = Math.max(start, -1);
    const place = [x, row * rowHeight, Math.min(end, width + 1) - x] as const;
    context.fillStyle = fill;
    context.fillRect(...place, Math.max(rowHeight - 1, 1));
    return place;
  };
  const name = (text: string, [x, y, wide]: readonly [number, number, number], fill: string): void => {
    if (wide < NAMED_WIDTH) return;
    context.save();
    context.beginPath();
    context.rect(x, y, wide - 4, rowHeight);
    context.clip();
    context.fillStyle = fill;
    context.fillText(plain(text), x + 4, y + rowHeight / 2);
    context.restore();
  };
  for (const { title, from, to, row } of stretches) {
    const place = bar(from, to, row, neutral);
    if (place !== undefined) name(title, place, ink);
  }
  for (const step of of.steps) {
    const { start_ms, duration_ms, error } = step.span;
    context.globalAlpha = found === undefined || found.has(step) ? 1 : 0.2;
    const place = bar(start_ms, start_ms + duration_ms, rowOf(step), colors[colorOf(step.part) - 1] ?? ink);
    if (place === undefined) continue;
    const [x, y, wide] = place;
    if (error != null) {
      context.fillStyle = bad;
      context.fillRect(x, y + rowHeight - 4, wide, 3);
    }
    if (!isNamed) continue;
    name(step.title, place, ground);
    if (step.index !== of.chosen) continue;
    context.strokeStyle = ink;
    context.lineWidth = 2;
    context.strokeRect(x + 1, y + 1, Math.max(wide - 2, 1), rowHeight - 3);
  }
}
