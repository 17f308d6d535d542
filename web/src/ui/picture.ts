import { createContext, use } from "react";

/** From where a picture of the API is loaded; a hook. Nothing while there is nothing yet. */
export type UseAddress = (path: string | undefined) => string | undefined;

/** The browser's cookie opens pictures by their own address; where a token does, somebody else has to fetch them. */
export const PictureContext = createContext<UseAddress>((path) => path);

export const useAddress: UseAddress = (path) => use(PictureContext)(path);
