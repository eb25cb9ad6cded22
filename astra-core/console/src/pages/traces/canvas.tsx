// Thousands of spans as bars on one canvas, with drag to zoom. Bars have a least width: short spans are never hidden.

import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { isDark } from "../../frame/theme.ts";
import { codePoint, piecesOf } from "../../parts/text.tsx";
import { colorOf, type Range, type Step } from "./spans.ts";
import { choose, type Drawn, show } from "./view.ts";

const LEAST_WIDTH = 2;
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
}

export function Canvas(props: CanvasProps): VNode {
  const { of, shown, rowHeight, rows, rowOf, marked } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useSignal(0);
  const drag = useSignal<readonly [from: number, to: number] | undefined>(undefined);
  const height = rows * rowHeight;
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const size = new ResizeObserver(() => (width.value = element.clientWidth));
    size.observe(element);
    return () => size.disconnect();
  }, []);
  useEffect(() => {
    if (canvas.current !== null) draw(canvas.current, props);
  }, [of, shown.from, shown.to, rows, width.value, isDark.value]);

  const xOf = (event: PointerEvent): number => event.clientX - (canvas.current?.getBoundingClientRect().left ?? 0);
  const msAt = (x: number): number => shown.from + ((shown.to - shown.from) * x) / Math.max(1, canvas.current?.clientWidth ?? 1);
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
      choose(near(of.steps.filter((it) => rowOf(it) === row), msAt(from)));
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
const plain = (text: string): string => piecesOf(text).map((piece, at) => (at % 2 === 0 ? piece : codePoint(piece))).join("");

function draw(canvas: HTMLCanvasElement, { of, shown, rowHeight, rows, rowOf, isNamed }: CanvasProps): void {
  const context = canvas.getContext("2d");
  const width = canvas.clientWidth;
  if (context === null || width === 0) return;
  const ratio = devicePixelRatio;
  canvas.width = width * ratio;
  canvas.height = rows * rowHeight * ratio;
  context.scale(ratio, ratio);
  const style = getComputedStyle(document.documentElement);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const colors = [1, 2, 3, 4, 5].map((number) => color(`--series-${number}`));
  const [ground, ink, bad] = [color("--ground"), color("--ink"), color("--bad")];
  const scale = width / (shown.to - shown.from);
  const found = of.found.length === of.steps.length ? undefined : new Set(of.found);
  context.font = `12px ${getComputedStyle(canvas).fontFamily}`;
  context.textBaseline = "middle";
  for (const step of of.steps) {
    const { start_ms, duration_ms, error } = step.span;
    const x = (start_ms - shown.from) * scale;
    const wide = Math.max(duration_ms * scale, LEAST_WIDTH);
    if (x > width || x + wide < 0) continue;
    const from = Math.max(x, -1);
    const visible = Math.min(x + wide, width + 1) - from;
    const y = rowOf(step) * rowHeight;
    context.globalAlpha = found === undefined || found.has(step) ? 1 : 0.2;
    context.fillStyle = colors[colorOf(step.part) - 1] ?? ink;
    context.fillRect(from, y, visible, Math.max(rowHeight - 1, 1));
    if (error != null) {
      context.fillStyle = bad;
      context.fillRect(from, y + rowHeight - 4, visible, 3);
    }
    if (isNamed && visible > 40) {
      context.save();
      context.beginPath();
      context.rect(from, y, visible - 4, rowHeight);
      context.clip();
      context.fillStyle = ground;
      context.fillText(plain(step.title), from + 4, y + rowHeight / 2);
      context.restore();
    }
    if (isNamed && step.index === of.chosen) {
      context.strokeStyle = ink;
      context.lineWidth = 2;
      context.strokeRect(from + 1, y + 1, Math.max(visible - 2, 1), rowHeight - 3);
    }
  }
}
