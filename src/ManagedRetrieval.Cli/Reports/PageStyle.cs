namespace ManagedRetrieval.Cli.Reports;

/// <summary>How the page looks.</summary>
internal static class PageStyle
{
    /// <summary>The colours, in light and in dark.</summary>
    /// <remarks>
    /// Those of series are those of Okabe and Ito (Color Universal Design, 2008), which the colour-blind can tell
    /// apart, made darker or lighter until each stands out from its background by a contrast of 3 or more.
    /// </remarks>
    public const string Colours = """
        :root {
          --page: #f5f6f8; --card: #ffffff; --text: #1c2128; --muted: #59636e; --line: #d5dae0; --grid: #e4e8ec; --accent: #0067a3; --best: #e8f1f8;
          --s0: #0072b2; --s1: #d55e00; --s2: #00946b; --s3: #b65f93; --s4: #b07a00; --s5: #3a96cf; --s6: #23272e; --other: #98a1ab;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --page: #0e1116; --card: #171b22; --text: #e6eaf0; --muted: #9da7b3; --line: #303740; --grid: #2a3038; --accent: #6cb6ee; --best: #1b2f40;
            --s0: #4aa3df; --s1: #f0813a; --s2: #2dbd92; --s3: #e08fc2; --s4: #e6b234; --s5: #9ad1f5; --s6: #f4f4f4; --other: #78828d;
          }
        }

        """;

    /// <summary>The whole style sheet.</summary>
    public const string Css = Colours + """
        * { box-sizing: border-box; }
        html { -webkit-text-size-adjust: 100%; }
        body { margin: 0; background: var(--page); color: var(--text); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", Arial, sans-serif; }
        header, main { max-width: 72rem; margin: 0 auto; padding: 0 1.25rem; }
        header { padding-top: 2.5rem; }
        h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .5rem; overflow-wrap: anywhere; }
        h2 { font-size: 1.35rem; line-height: 1.25; margin: 2.75rem 0 1rem; }
        h3 { font-size: 1rem; line-height: 1.3; margin: 0; overflow-wrap: anywhere; }
        h3.part { font-size: 1.1rem; margin: 1.75rem 0 .75rem; }
        p { margin: 0; overflow-wrap: anywhere; }
        .summary { font-size: 1.15rem; max-width: 48rem; }
        .note, figcaption p, .detail { color: var(--muted); font-size: .875rem; }
        .note { margin: .5rem 0 1.25rem; }
        a { color: var(--accent); }
        .facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 13rem), 1fr)); gap: .75rem 1.5rem; margin: 1.5rem 0 0; padding: 1rem 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; }
        dt { color: var(--muted); font-size: .8125rem; }
        dd { margin: 0; overflow-wrap: anywhere; }
        nav ul, .legend { display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; list-style: none; margin: 0; padding: 0; }
        nav { margin-top: 1.25rem; }
        .legend { font-size: .875rem; }
        .legend li { overflow-wrap: anywhere; }
        .findings { margin: 0 0 1rem; padding-left: 1.25rem; }
        .figures { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 27rem), 1fr)); gap: 1.25rem; margin-top: 1.25rem; }
        .figures.small { grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); }
        figure { display: grid; grid-row: span 4; grid-template-rows: subgrid; row-gap: .6rem; align-content: start; margin: 0; padding: 1rem; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; min-width: 0; }
        figcaption p { margin-top: .25rem; }
        .drawing { min-width: 0; max-width: 34rem; }
        .map .drawing { max-width: none; }
        svg { display: block; width: 100%; height: auto; fill: currentColor; font-size: 12.5px; overflow: visible; }
        details { font-size: .875rem; min-width: 0; }
        summary { cursor: pointer; color: var(--accent); }
        .scroll { overflow: auto; max-height: 28rem; margin-top: .4rem; }
        main > section > .scroll { max-height: none; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .25rem .75rem .5rem; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        caption { text-align: left; color: var(--muted); font-size: .875rem; padding: .4rem .5rem; }
        th, td { padding: .35rem .5rem; border-top: 1px solid var(--line); vertical-align: baseline; }
        thead th { border-top: 0; border-bottom: 1px solid var(--line); color: var(--muted); font-weight: 600; font-size: .8125rem; }
        tbody tr:first-child > * { border-top: 0; }
        tbody th { font-weight: 400; }
        .text { text-align: left; overflow-wrap: anywhere; min-width: 7rem; }
        .number { text-align: right; white-space: nowrap; }
        .best { font-weight: 700; background: var(--best); }
        .best .detail { font-weight: 400; }
        main > section > .scroll td .detail { display: block; font-size: .75rem; }
        .samples { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 27rem), 1fr)); gap: 1.25rem; }
        article { min-width: 0; padding: 1rem; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; font-size: .9375rem; }
        article caption { padding-left: 0; }
        main { padding-bottom: 4rem; }
        .map text { font-size: 12px; paint-order: stroke; stroke: var(--card); stroke-width: 3px; stroke-linejoin: round; }
        @media (min-width: 60rem) {
          .figures.alone { grid-template-columns: 1fr; }
          .alone > figure { grid-template: auto auto 1fr / minmax(0, 33rem) minmax(0, 1fr); column-gap: 1.5rem; grid-row: auto; }
          .alone > .map { grid-template-columns: minmax(0, 5fr) minmax(0, 2fr); }
          .alone > figure > .drawing { grid-area: 1 / 1 / 4 / 2; align-self: start; }
          .alone > figure > :not(.drawing) { grid-column: 2; }
          .alone .legend { flex-direction: column; }
        }
        @media (max-width: 40rem) {
          header, main { padding-left: .75rem; padding-right: .75rem; }
          header { padding-top: 1.5rem; }
          h1 { font-size: 1.5rem; }
          figure, article { padding: .75rem; }
          .map text { font-size: 18px; stroke-width: 4px; }
        }
        @media print {
          :root {
            --page: #ffffff; --card: #ffffff; --text: #000000; --muted: #444444; --line: #bbbbbb; --grid: #dddddd; --accent: #000000; --best: #eeeeee;
            --s0: #0072b2; --s1: #d55e00; --s2: #00946b; --s3: #b65f93; --s4: #b07a00; --s5: #3a96cf; --s6: #23272e; --other: #98a1ab;
          }
          body { font-size: 11px; }
          nav, details:not([open]) { display: none; }
          .scroll { overflow: visible; max-height: none; }
          figure, article, tr { break-inside: avoid; }
          h2, h3 { break-after: avoid; }
        }

        """;
}
