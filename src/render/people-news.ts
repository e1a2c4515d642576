// What somebody is told directly about their own accounts, or about whom they act for. Pure.
import type { PeopleNews } from '../../workflows/people-contract.ts';
import { linesSection } from './blocks.ts';
import type { RenderContext } from './context.ts';
import { code, join, named, say, strong, toSlackFallback, until } from './inline.ts';
import type { Inline } from './inline.ts';
import type { SlackMessage } from './message.ts';

export function newsMessage(news: PeopleNews, { now, prefix }: Pick<RenderContext, 'now' | 'prefix'>): SlackMessage {
  const lines = linesOf(news, prefix);
  return { text: toSlackFallback(join(lines, ' '), { now, max: 2_000 }), blocks: linesSection(lines, now) };
}

function linesOf(news: PeopleNews, prefix: string): readonly Inline[] {
  switch (news.kind) {
    case 'linked':
      return [
        say`🔗 Your Slack account is linked to ${strong(news.link.github.login)} on GitHub (account ${news.link.github.id}).`,
        say`What that account may do on GitHub, you may now do here, and the other way round.`,
        say`If that was not you, take it back at once: ${code(`${prefix} link revoke`)}. Then tell whoever looks after your Slack.`,
      ];
    case 'unlinked':
      return [
        say`Your Slack account is no longer linked to ${strong(news.link.github.login)} on GitHub. Votes that were given with the link no longer count.`,
        say`Link it again with ${code(`${prefix} link`)}.`,
      ];
    case 'delegated': {
      const { from, until: end, reason } = news.delegation;
      const why = reason === null ? [] : say` They say: ${reason}`;
      return [
        say`🤝 ${named(from)} is away until ${until(end)} and asks you to act in their place. Until then your approval counts where theirs would.${why}`,
        say`Nothing else changes: you still can't approve what you asked for yourself. To see it: ${code(`${prefix} link`)}.`,
      ];
    }
    case 'delegation-ended':
      return [say`${named(news.delegation.from)} is back: you no longer act in their place.`];
  }
}
