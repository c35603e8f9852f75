import type { ChatServer } from "./chat_server.ts";

/** Who answers a chat. */
export interface Partner {
  readonly server: ChatServer;
  /** The model's name in the API. */
  readonly model: string;
  /** For the greeting: the model, and where it runs. */
  readonly description: string;
  close(): Promise<void>;
}
