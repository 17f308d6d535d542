/** The client SDK: everything below the screen. Nothing in this folder knows React. */
export { type Api, createApi } from "./api";
export type { ConnectionState } from "./connection";
export { diff, type Piece, pieces } from "./diff";
export { Engine, type EngineState } from "./engine";
export { Http } from "./http";
export { canUsePasskeys, makePasskey, showPasskey } from "./passkeys";
export { placeOf } from "./places";
export { ApiError, asApiError } from "./problem";
export type { Outgoing } from "./send-queue";
export type { Anchor, Window } from "./timelines";
export { TokenSource } from "./token";
export * from "./types";
export { uuidv7 } from "./uuid";
