import { createContext, use } from "react";

/** Where menus and dialogs are put; the page's body when nobody says otherwise. */
export const PortalContext = createContext<HTMLElement | null>(null);

export const usePortal = (): HTMLElement | undefined => use(PortalContext) ?? undefined;
