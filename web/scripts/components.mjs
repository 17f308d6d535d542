// Holds the components to two rules: what a person reads comes from the words of i18n, never from the code; and no style
// says left or right, so that a page in Arabic is the mirror of one in English.
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { sourcesIn } from "./i18n.mjs";

/** Attributes and properties that people read or hear. */
const SPOKEN = new Set([
	"aria-label",
	"alt",
	"title",
	"placeholder",
	"label",
	"hint",
	"description",
	"legend",
]);
/** The product's name is the same in every language. */
const NAMES = /\bChatLink\b/g;
const PHYSICAL =
	/(?:^|:)-?(?:ml|mr|pl|pr|scroll-ml|scroll-mr|scroll-pl|scroll-pr|left|right|border-l|border-r|rounded-tl|rounded-tr|rounded-bl|rounded-br|text-left|text-right|float-left|float-right|clear-left|clear-right)(?:-\S+)?$/;
/** `rounded-l` is our large radius; `rounded-r-…` would be a side. */
const SIDE_RADIUS = /(?:^|:)rounded-(?:l|r)-/;

/** @returns {string[]} what is wrong */
export function judge(sources) {
	return sources
		.filter(({ file }) => file.endsWith(".tsx"))
		.flatMap(({ file, text }) => faultsOf(file, text));
}

function faultsOf(file, text) {
	const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
	const faults = [];
	const blame = (node, what) => {
		const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
		faults.push(`${file}:${line + 1}: ${what}`);
	};
	const visit = (node) => {
		const said = spoken(node);
		if (said !== undefined && isWords(said)) blame(node, `“${said.trim()}” is not in the words`);
		if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node))
			for (const name of physicalIn(node.text)) blame(node, `${name} says left or right`);
		ts.forEachChild(node, visit);
	};
	visit(source);
	return faults;
}

/** The text of a node that a person would read as it stands in the code. */
function spoken(node) {
	if (ts.isJsxText(node)) return node.text;
	if (!ts.isStringLiteralLike(node) && !ts.isTemplateExpression(node)) return undefined;
	const { parent } = node;
	const read =
		(ts.isJsxExpression(parent) && !ts.isJsxAttribute(parent.parent)) ||
		(ts.isJsxAttribute(parent) && SPOKEN.has(parent.name.getText())) ||
		(ts.isJsxExpression(parent) &&
			ts.isJsxAttribute(parent.parent) &&
			SPOKEN.has(parent.parent.name.getText())) ||
		isShownBranch(node);
	if (!read) return undefined;
	return ts.isTemplateExpression(node)
		? [node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join(" ")
		: node.text;
}

/** `{ready ? "Yes" : "No"}` and `{name ?? "Nobody"}` between tags. */
function isShownBranch(node) {
	let at = node.parent;
	let below = node;
	while (ts.isConditionalExpression(at) || ts.isBinaryExpression(at) || ts.isParenthesizedExpression(at)) {
		if (ts.isConditionalExpression(at) && at.condition === below) return false;
		if (ts.isBinaryExpression(at) && (at.right !== below || !isChoice(at.operatorToken.kind))) return false;
		below = at;
		at = at.parent;
	}
	return at !== node.parent && ts.isJsxExpression(at) && !ts.isJsxAttribute(at.parent);
}

const isChoice = (kind) =>
	kind === ts.SyntaxKind.BarBarToken ||
	kind === ts.SyntaxKind.QuestionQuestionToken ||
	kind === ts.SyntaxKind.AmpersandAmpersandToken;

const isWords = (text) => /\p{L}{2}/u.test(text.replace(NAMES, ""));

/** The class names in a text that stand for one side of the screen. A single plain word is none: it is a key or a value. */
const physicalIn = (text) =>
	text.split(/\s+/).filter((name) => name.includes("-") && (PHYSICAL.test(name) || SIDE_RADIUS.test(name)));

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
	const faults = judge(sourcesIn("src"));
	for (const fault of faults) console.error(fault);
	console.log(
		faults.length
			? `components: ${faults.length} faults`
			: "components: every word is in i18n, no style has a side",
	);
	process.exit(faults.length ? 1 : 0);
}
