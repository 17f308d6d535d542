import {
	createRootRoute,
	createRoute,
	createRouter,
	Navigate,
	Outlet,
	redirect,
} from "@tanstack/react-router";
import { ContactListPage } from "@/features/contact-list/contact-list-page";
import { ConversationPage } from "@/features/conversation/conversation-page";
import { CorrectionsPage } from "@/features/corrections/corrections-page";
import { GroupPage } from "@/features/groups/group-page";
import { NewGroupPage } from "@/features/groups/new-group-page";
import { LoginPage } from "@/features/login/login-page";
import { MatchesPage } from "@/features/matches/matches-page";
import { PasskeysPage } from "@/features/passkeys/passkeys-page";
import { PersonPage } from "@/features/people/person-page";
import { EditProfilePage } from "@/features/profile/edit-profile-page";
import { ProfilePage } from "@/features/profile/profile-page";
import { RegisterPage } from "@/features/register/register-page";
import { RequestsPage } from "@/features/requests/requests-page";
import { ResetPage } from "@/features/reset/reset-page";
import { DataPage } from "@/features/rights/data-page";
import { DeleteAccountPage } from "@/features/rights/delete-account-page";
import { RoomsPage } from "@/features/rooms/rooms-page";
import { SearchPage } from "@/features/search/search-page";
import { ContactsPage } from "@/features/security/contacts-page";
import { SecondFactorPage } from "@/features/security/second-factor-page";
import { SecurityLogPage } from "@/features/security/security-log-page";
import { UsernamePage } from "@/features/security/username-page";
import { SessionsPage } from "@/features/sessions/sessions-page";
import { BlockedPage } from "@/features/settings/blocked-page";
import { PasswordPage } from "@/features/settings/password-page";
import { SettingsPage } from "@/features/settings/settings-page";
import { StarsPage } from "@/features/stars/stars-page";
import { JoinPage } from "@/features/ways-in/join-page";
import { PublicRoomsPage } from "@/features/ways-in/public-rooms-page";
import { placeIn, wordsOf } from "./addresses";
import { keepInvitation, keptInvitation } from "./invitation";
import { NotFound } from "./not-found";
import { useSession } from "./session";
import { Shell } from "./shell";

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });

const signedIn = () => useSession.getState().session.kind === "in";

const outside = createRoute({
	getParentRoute: () => root,
	id: "outside",
	beforeLoad: () => {
		if (signedIn()) throw redirect({ to: keptInvitation() ? "/join" : "/rooms" });
	},
});

const inside = createRoute({
	getParentRoute: () => root,
	id: "inside",
	component: Shell,
	beforeLoad: ({ location }) => {
		if (signedIn()) return;
		if (location.pathname === "/join") keepInvitation(location.hash);
		const wanted = location.pathname === "/" ? undefined : location.pathname;
		throw redirect({ to: "/login", search: wanted ? { next: wanted } : {} });
	},
});

const at = <P extends string>(path: P, component: () => React.ReactNode) =>
	createRoute({ getParentRoute: () => inside, path, component });

const login = createRoute({
	getParentRoute: () => outside,
	path: "/login",
	component: LoginPage,
	// Only a path of our own: a link must not lead a person who logs in to another site.
	validateSearch: (search): { next?: string } =>
		typeof search.next === "string" && /^\/[a-z]/.test(search.next) ? { next: search.next } : {},
});

const rooms = createRoute({ getParentRoute: () => inside, path: "/rooms", component: RoomsPage });
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

export const router = createRouter({
	routeTree: root.addChildren([
		outside.addChildren([
			login,
			createRoute({ getParentRoute: () => outside, path: "/register", component: RegisterPage }),
			createRoute({ getParentRoute: () => outside, path: "/reset", component: ResetPage }),
		]),
		inside.addChildren([
			at("/", () => <Navigate to="/rooms" replace />),
			rooms.addChildren([conversation, group]),
			at("/new-group", () => <NewGroupPage />),
			search,
			at("/stars", () => <StarsPage />),
			at("/contacts", () => <ContactListPage />),
			at("/requests", () => <RequestsPage />),
			at("/matches", () => <MatchesPage />),
			at("/groups", () => <PublicRoomsPage />),
			at("/join", () => <JoinPage />),
			at("/people/$userId", () => <PersonPage />),
			at("/profile", () => <ProfilePage />),
			at("/profile/corrections", () => <CorrectionsPage />),
			at("/profile/edit", () => <EditProfilePage />),
			at("/settings", () => <SettingsPage />),
			at("/settings/sessions", () => <SessionsPage />),
			at("/settings/password", () => <PasswordPage />),
			at("/settings/username", () => <UsernamePage />),
			at("/settings/contacts", () => <ContactsPage />),
			at("/settings/second-factor", () => <SecondFactorPage />),
			at("/settings/passkeys", () => <PasskeysPage />),
			at("/settings/security-log", () => <SecurityLogPage />),
			at("/settings/blocked", () => <BlockedPage />),
			at("/settings/data", () => <DataPage />),
			at("/settings/delete-account", () => <DeleteAccountPage />),
		]),
	]),
	defaultPreload: false,
	scrollRestoration: false,
});

declare module "@tanstack/react-router" {
	interface Register {
		router: typeof router;
	}
}
