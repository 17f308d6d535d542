import { act } from "@testing-library/react";
import { useState } from "react";
import { expect, it } from "vitest";
import type { Item } from "@/sdk";
import { item, ME } from "@/test/fixtures";
import { screen, show, signIn } from "@/test/harness";
import { Announcer } from "./announcer";

let tell: (items: Item[]) => void;
function Shown() {
	const [items, setItems] = useState([item(1)]);
	tell = setItems;
	return <Announcer items={items} foldOf={() => "none"} nameOf={() => "Ana"} />;
}

it("reads out what comes of others, and keeps no word of it that is gone", async () => {
	signIn();
	await show(<Shown />);
	const said = () => screen.getAllByRole("status")[0]?.textContent;
	expect(said()).toBe("");
	act(() => tell([item(1), item(2), item(3, { sender_id: ME })]));
	expect(said()).toContain("text 2");
	act(() => tell([item(1), item(2, { redacted: true, body: {} }), item(3, { sender_id: ME })]));
	expect(said()).toBe("");
});
