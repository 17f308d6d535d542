import {
	createMemoryHistory,
	createRootRoute,
	createRoute,
	createRouter,
	Navigate,
	Outlet,
} from "@tanstack/react-router";
import { placeIn, wordsOf } from "@/app/addresses";
import { ConnectionBanner } from "@/app/connection-banner";
import { restore, useSession } from "@/app/session";
import { useLiveLine } from "@/app/use-live-shell";
import { ContactListPage } from "@/features/contact-list/contact-list-page";
import { ConversationPage } from "@/features/conversation/conversation-page";
import { GroupPage } from "@/features/groups/group-page";
import { NewGroupPage } from "@/features/groups/new-group-page";
import { MatchesPage } from "@/features/matches/matches-page";
import { PersonPage } from "@/features/people/person-page";
import { RequestsPage } from "@/features/requests/requests-page";
import { RoomsPage } from "@/features/rooms/rooms-page";
import { SearchPage } from "@/features/search/search-page";
import { StarsPage } from "@/features/stars/stars-page";
import { PublicRoomsPage } from "@/features/ways-in/public-rooms-page";
import { ApiError } from "@/sdk";
import { Failed } from "@/ui/states";

/** The app's own pages of conversation, in a history of their own: the host page's address stays its own. */
export function createPages() {
	const root = createRootRoute({ component: Outlet, notFoundComponent: Home });
	const inside = createRoute({ getParentRoute: () => root, id: "inside", component: Inside });
	const at = <P extends string>(path: P, component: () => React.ReactNode) =>
		createRoute({ getParentRoute: () => inside, path, component });
	const rooms = at("/rooms", RoomsPage);
	const conversation = createRoute({
		getParentRoute: () => rooms,
		path: "$roomId",
		component: ConversationPage,
		validateSearch: placeIn,
	});
	const group = createRoute({ getParentRoute: () => rooms, path: "$roomId/about", component: GroupPage });
	const search = createRoute({
		getParentRoute: () => inside,
		path: "/search",
		component: SearchPage,
		validateSearch: wordsOf,
	});
	const pages = [
		at("/", Home),
		search,
		at("/stars", () => <StarsPage />),
		at("/contacts", () => <ContactListPage />),
		at("/new-group", () => <NewGroupPage />),
		at("/requests", () => <RequestsPage />),
		at("/matches", () => <MatchesPage />),
		at("/groups", () => <PublicRoomsPage />),
		at("/people/$userId", () => <PersonPage />),
	];
	return createRouter({
		routeTree: root.addChildren([inside.addChildren([rooms.addChildren([conversation, group]), ...pages])]),
		history: createMemoryHistory({ initialEntries: ["/rooms"] }),
		defaultPreload: false,
	});
}

const Home = () => <Navigate to="/rooms" replace />;

/** What stands around every page: the state of the line, or why nobody is let in. */
function Inside() {
	const kind = useSession((s) => s.session.kind);
	if (kind === "in") return <Frame />;
	const cause = new ApiError({ title: "", status: 401, code: "unauthenticated" });
	return <Failed cause={cause} onRetry={() => void restore()} />;
}

function Frame() {
	useLiveLine();
	return (
		<div className="flex h-full flex-col">
			<ConnectionBanner />
			<div className="flex min-h-0 flex-1">
				<Outlet />
			</div>
		</div>
	);
}
