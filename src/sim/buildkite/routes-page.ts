// The page behind a build's `web_url`, for a person who follows the link on a card.
import type { SimRoutes } from '../http.ts';
import type { Engine } from './engine.ts';
import { escapeHtml } from './objects.ts';
import type { SimBuild, SimJob } from './state.ts';

export function pageRoutes(engine: Engine): SimRoutes {
  return {
    'GET /:organization/:pipeline/builds/:number': ({ params }) => {
      const build = engine.state.builds.find(
        (candidate) => candidate.pipeline.slug === params['pipeline'] && candidate.number === Number(params['number']),
      );
      if (build === undefined || params['organization'] !== engine.state.organization.slug) return { status: 404, body: 'No build found' };
      return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: buildPage(build) };
    },
  };
}

function buildPage(build: SimBuild): string {
  const title = `${build.pipeline.slug} #${build.number}`;
  const metaData = Object.entries(build.metaData).map(([key, value]) => `<dt>${escapeHtml(key)}</dt><dd>${escapeHtml(value)}</dd>`);
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="2"><title>${escapeHtml(title)}</title>
<style>:root{color-scheme:light dark}body{font:16px/1.5 system-ui;max-width:46rem;margin:2rem auto;padding:0 1rem}dl{display:grid;grid-template-columns:auto 1fr;gap:.2rem 1rem}dd{margin:0}pre{overflow:auto}</style>
</head><body><h1>${escapeHtml(title)}: ${build.blocked ? 'blocked' : build.state}</h1><p>${escapeHtml(build.message)}</p>
<p><code>${escapeHtml(build.commit)}</code> on <code>${escapeHtml(build.branch)}</code>, by ${escapeHtml(build.creator.name)}</p>
<ol>${build.jobs.map(stepItem).join('')}</ol><dl>${metaData.join('')}</dl></body></html>`;
}

function stepItem(job: SimJob): string {
  if (job.step.type === 'wait') return '<li>wait</li>';
  const log = job.log === '' ? '' : `<details><summary>log</summary><pre>${escapeHtml(job.log)}</pre></details>`;
  return `<li id="${job.id}">${escapeHtml(job.step.label)}: <strong>${job.state}</strong>${log}</li>`;
}
