import fc from "fast-check";

/** Text made of what Markdown, HTML, Mermaid and GitHub give a meaning to, and of anything else. */
export const hostile = fc
    .array(
        fc.oneof(
            fc.constantFrom(
                ..."|`<>&@#:$*_~[]()\\\"'!-+=.;{}%^",
                "\n",
                "\r",
                "\u2028",
                "\u202e",
                "\u0000",
                "-->",
                "<!--",
                "</details>",
                "```",
                "http://x.y",
                "@all",
                "#12",
                "gh-1",
                "www.x.y",
                "1. ",
                "&amp;",
                "&#124;",
                "end",
                "<br/>",
            ),
            fc.string({ unit: "binary", maxLength: 3 }),
            fc.constantFrom("a", "data-db-0", "日本", "😀", " "),
        ),
        { maxLength: 12 },
    )
    .map((parts) => parts.join(""));
