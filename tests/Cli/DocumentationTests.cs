using System.Text.RegularExpressions;
using MedStreams.Cli.Commands;
using MedStreams.Cli.Configuration;
using MedStreams.Support;

namespace MedStreams.Cli.Tests;

/// <summary>Holds the user guide to the program.</summary>
public sealed class DocumentationTests
{
    [Fact]
    public void Every_setting_has_its_row_in_the_guide()
    {
        var guide = Read("configuration.md");
        var rows = SettingsCatalog.Settings
            .Select(s => $"| `{s.Key}` | {s.Description} | {s.Allowed} | {(s.Default is null ? "" : $"`{s.Default}`")} |")
            .Concat(SettingsCatalog.Groups.Select(g => $"| `{g.Key}:*` | {g.Description} | | |"));
        var missing = rows.Where(row => !guide.Contains(row, StringComparison.Ordinal)).ToList();
        Assert.True(missing.Count == 0, "docs/configuration.md lacks or differs from:\n" + string.Join('\n', missing));
    }

    [Fact]
    public void Every_verb_is_in_the_guide()
    {
        var guide = Read("cli.md");
        var root = Verbs.Root(CliEnvironment.OfProcess());
        Assert.All(root.Subcommands, verb => Assert.Contains($"## {verb.Name}", guide, StringComparison.Ordinal));
        foreach (var option in root.Subcommands.SelectMany(verb => verb.Options).Where(o => o is not System.CommandLine.Help.HelpOption))
            Assert.Contains(option.Name, guide, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_link_of_the_guide_leads_somewhere()
    {
        var pages = Directory.EnumerateFiles(Path.Combine(Repository.Root, "docs"), "*.md")
            .Append(Path.Combine(Repository.Root, "README.md"))
            .Append(Path.Combine(Repository.Root, "docker", "README.md"));
        foreach (var page in pages)
        {
            foreach (var link in Links().Matches(File.ReadAllText(page)).Select(m => m.Groups["path"].Value))
            {
                var target = Path.Combine(Path.GetDirectoryName(page)!, link);
                Assert.True(Path.Exists(target), $"{page} links to {link}, which is not there");
            }
        }
    }

    private static string Read(string page) => File.ReadAllText(Path.Combine(Repository.Root, "docs", page));

    private static Regex Links() =>
        new(@"\]\((?!https?:)(?<path>[^)#]+)(#[^)]*)?\)", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(5));
}
