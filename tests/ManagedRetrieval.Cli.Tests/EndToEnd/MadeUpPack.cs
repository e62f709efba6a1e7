using System.Globalization;
using System.Text;
using ManagedRetrieval.Cli.ReferenceDocs;

namespace ManagedRetrieval.Cli.Tests.EndToEnd;

/// <summary>A reference pack of a few hundred members whose sentences share words with their names: quick to learn.</summary>
internal static class MadeUpPack
{
    public const string Version = "1.2.3";

    private static readonly string[] Things = ["File", "Stream", "Socket", "List", "Thread", "Timer", "Queue", "Key", "Value", "Type"];
    private static readonly string[] Verbs = ["Open", "Close", "Read", "Write", "Sort", "Find", "Join", "Copy"];

    /// <summary>Writes the pack below the root of a .NET installation.</summary>
    public static ReferencePackSearch Write(string root, int members = 400)
    {
        string folder = Path.Combine(root, "packs", "Microsoft.NETCore.App.Ref", Version, "ref", "net10.0");
        Directory.CreateDirectory(folder);
        for (int part = 0; part < 2; part++)
        {
            var xml = new StringBuilder("<?xml version=\"1.0\"?>\n<doc><members>\n");
            for (int i = part; i < members; i += 2)
            {
                string verb = Verbs[i % Verbs.Length];
                string thing = Things[i / Verbs.Length % Things.Length];
                string name = $"{(char)('A' + (i / 26 % 26))}{(char)('a' + (i % 26))}";
                xml.Append(CultureInfo.InvariantCulture, $"<member name=\"M:Space.{thing}{name}.{verb}{thing}(System.Int32)\">")
                    .Append(CultureInfo.InvariantCulture, $"<summary>{verb}s the <see cref=\"T:System.{thing}\" /> {thing.ToLowerInvariant()} {name} at once.</summary></member>\n");
            }

            File.WriteAllText(Path.Combine(folder, $"Space.Part{part}.xml"), xml.Append("</members></doc>\n").ToString());
        }

        return ReferencePack.Find([root]);
    }
}
