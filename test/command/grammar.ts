import type { Grammar } from '../../src/command/command.ts';

const services: Grammar['services'] = [
  { name: 'api', aliases: ['backend'], environments: ['staging', 'production'] },
  { name: 'web', aliases: [], environments: ['staging', 'production', 'preview'] },
];
export const onGithub: Grammar = { surface: 'github', prefix: '/deploy', services };
export const inSlack: Grammar = { surface: 'slack', prefix: '/deploy', services };
