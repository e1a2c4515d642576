// The shapes of what Slack sends us: only the fields we use, everything else ignored.
import { z } from 'zod';

/** Message metadata by which a card is found again. */
export const CARD_EVENT = 'countersign_card';
export const CardMetadata = z.object({ event_type: z.literal(CARD_EVENT), event_payload: z.object({ deploy_id: z.string() }) });

/** Which workspace and which app a payload is for: commands and events say `team_id`, interactions `team`. */
export const Envelope = z.object({
  type: z.string().optional(),
  team_id: z.string().optional(),
  team: z.object({ id: z.string() }).nullish(),
  api_app_id: z.string().optional(),
});

/** Slack asks for this once, when the request URL is saved: https://docs.slack.dev/reference/events/url_verification. */
export const UrlVerification = z.object({ type: z.literal('url_verification'), challenge: z.string() });

/** https://docs.slack.dev/interactivity/implementing-slash-commands */
export const SlashCommand = z.object({
  command: z.string(),
  text: z.string().default(''),
  trigger_id: z.string().min(1),
  user_id: z.string().min(1),
  user_name: z.string().default(''),
  channel_id: z.string().min(1),
  response_url: z.string().optional(),
});
export type SlashCommand = z.infer<typeof SlashCommand>;

const Clicker = z.object({ id: z.string().min(1), username: z.string().optional(), name: z.string().optional(), team_id: z.string().optional() });

/** What the fields of a view hold. */
const ViewState = z.object({
  values: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        value: z.string().nullish(),
        selected_option: z.object({ value: z.string() }).nullish(),
        selected_options: z.array(z.object({ value: z.string() })).nullish(),
      }),
    ),
  ),
});

/** A button or a select, in a message or in a view: https://docs.slack.dev/reference/interaction-payloads/block_actions-payload. */
export const Interaction = z.object({
  user: Clicker,
  /** Of the message; in a view there is none. */
  channel: z.object({ id: z.string().min(1) }).optional(),
  view: z
    .object({
      id: z.string().min(1),
      type: z.string(),
      callback_id: z.string().default(''),
      private_metadata: z.string().default(''),
      hash: z.string().optional(),
      state: ViewState.optional(),
    })
    .optional(),
  trigger_id: z.string().min(1),
  response_url: z.string().optional(),
  actions: z.tuple([z.object({ action_id: z.string(), action_ts: z.string().min(1), value: z.string().optional() })], z.unknown()),
});
export type Interaction = z.infer<typeof Interaction>;

/** A submitted modal: https://docs.slack.dev/reference/interaction-payloads/view-interactions-payload. */
export const ModalSubmission = z.object({
  user: Clicker,
  view: z.object({ id: z.string().min(1), callback_id: z.string().default(''), private_metadata: z.string().default(''), state: ViewState }),
});
export type ModalSubmission = z.infer<typeof ModalSubmission>;

/** https://docs.slack.dev/reference/events/app_home_opened */
export const HomeOpened = z.object({ user: z.string().min(1), tab: z.string() });

/** What our own modal remembers of the click that opened it. */
const ModalMemory = z.object({ value: z.string(), channel: z.string(), isFromHome: z.boolean().default(false) });
export type ModalMemory = z.infer<typeof ModalMemory>;

/** null: none of ours wrote it. */
export function readMemory(text: string): ModalMemory | null {
  try {
    return ModalMemory.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Where the form was asked for: only where its answers go. */
export const FormMemory = z.object({ channel: z.string().regex(/^[CDGUW][A-Z0-9]{2,20}$/) });
