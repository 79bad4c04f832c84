import { type Format, SYMBOLS, originOf } from './alert-formats.js';

const TEAMS_COLORS = { down: 'Attention', up: 'Good', stall: 'Warning' } as const;
const DISCORD_COLORS = { down: 0xd32f2f, up: 0x388e3c, stall: 0xf57c00 } as const;
/** Discord refuses longer titles. */
const LONGEST_TITLE = 256;

/** An Adaptive Card, for a webhook of the Workflows app of Microsoft Teams. */
export const toTeams: Format = (alert, sender, text) => ({
  type: 'message',
  attachments: [
    {
      contentType: 'application/vnd.microsoft.card.adaptive',
      content: {
        $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
        type: 'AdaptiveCard',
        version: '1.2',
        body: [
          {
            type: 'TextBlock',
            text: `${SYMBOLS[alert.event]} ${text}`,
            weight: 'Bolder',
            color: TEAMS_COLORS[alert.event],
            wrap: true,
          },
          { type: 'TextBlock', text: originOf(alert, sender), isSubtle: true, wrap: true },
        ],
      },
    },
  ],
});

/** An embed of Discord. No text of the alert can mention a user or a role. */
export const toDiscord: Format = (alert, sender, text) => {
  const [title = '', ...more] = text.split('\n');
  return {
    embeds: [
      {
        title: `${SYMBOLS[alert.event]} ${title}`.slice(0, LONGEST_TITLE),
        description: [...more, originOf(alert, sender)].join('\n'),
        color: DISCORD_COLORS[alert.event],
        timestamp: new Date(alert.at.wall).toISOString(),
      },
    ],
    allowed_mentions: { parse: [] },
  };
};
