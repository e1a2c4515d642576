// One annotation a context and place: a second one replaces it, or is appended.
import type { Engine } from './engine.ts';
import { uuid7, type SimAnnotation, type SimBuild, type SimJob } from './state.ts';

export interface Place {
  readonly build: SimBuild;
  /** null: on the build. */
  readonly job: SimJob | null;
}

export interface AnnotationWish {
  readonly context: string;
  readonly text: string;
  /** null: as it was. */
  readonly style: string | null;
  readonly priority: number;
  readonly append: boolean;
}

export function annotate(engine: Engine, { build, job }: Place, wish: AnnotationWish): SimAnnotation {
  const { context, text, style, priority, append } = wish;
  const now = engine.clock.now();
  const known = build.annotations.find((annotation) => annotation.context === context && annotation.job === job);
  const annotation: SimAnnotation = known ?? { id: uuid7(now), context, job, style, priority, createdAt: now, body: '', updatedAt: now };
  Object.assign(annotation, { style: style ?? annotation.style, priority, updatedAt: now });
  annotation.body = append ? annotation.body + text : text;
  if (known === undefined) build.annotations.push(annotation);
  engine.emit(null, build, null);
  return annotation;
}
