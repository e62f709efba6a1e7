using ManagedRetrieval.Cli.ReferenceDocs;

namespace ManagedRetrieval.Cli.Tests.ReferenceDocs;

public sealed class ReferencePackTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_newest_version_is_chosen_by_number_and_its_files_are_sorted()
    {
        Pack("9.0.9/ref/net9.0/A.xml");
        Pack("10.0.9/ref/net10.0/A.xml");
        Pack("10.0.12-rc.1/ref/net10.0/A.xml");
        Pack("10.0.12/ref/net10.0/b.xml");
        Pack("10.0.12/ref/net10.0/B.xml");
        Pack("10.0.12/ref/net10.0/A.dll");
        Pack("10.0.12/ref/net10.0/de/C.xml");
        Pack("11.0.0/ref/net11.0/A.dll");
        Pack("11.0.1/data/A.xml");

        ReferencePack pack = ReferencePack.Find([_folder.Path]).Pack!;
        Assert.Equal("10.0.12", pack.Version);
        Assert.Equal(["B.xml", "b.xml"], pack.XmlFiles.Select(Path.GetFileName));
        Assert.All(pack.XmlFiles, file => Assert.Equal(pack.Directory, Path.GetDirectoryName(file)));
    }

    [Fact]
    public void The_first_root_with_a_pack_wins()
    {
        Pack("1.0.0/ref/net1.0/A.xml", "first");
        Pack("2.0.0/ref/net2.0/A.xml", "second");
        ReferencePackSearch search = ReferencePack.Find([Root("none"), Root("first"), Root("second")]);
        Assert.Equal("1.0.0", search.Pack!.Version);
        Assert.Equal([Place("none"), Place("first")], search.LookedAt);
    }

    [Fact]
    public void Without_a_pack_the_places_looked_at_are_told()
    {
        Directory.CreateDirectory(Path.Combine(Root("empty"), "packs", "Microsoft.NETCore.App.Ref", "1.0.0", "ref"));
        ReferencePackSearch search = ReferencePack.Find([Root("none"), Root("empty")]);
        Assert.Null(search.Pack);
        Assert.Equal([Place("none"), Place("empty")], search.LookedAt);
    }

    [Fact]
    public void A_broken_file_in_the_pack_is_named_on_load()
    {
        Pack("1.0.0/ref/net1.0/A.xml", content: "<doc>\n<members>");
        var error = Assert.Throws<InvalidDataException>(
            () => ReferenceDocsDataset.Load(ReferencePack.Find([_folder.Path]).Pack!));
        Assert.Contains("A.xml, line 2", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.0.9", "10.0.12")]
    [InlineData("9.9.9", "10.0.0")]
    [InlineData("10.0", "10.0.1")]
    [InlineData("10.0.0-preview.1", "10.0.0")]
    [InlineData("10.0.0", "10.0.1-preview.1")]
    [InlineData("10.0.0-preview.9", "10.0.0-preview.10")]
    [InlineData("10.0.0-preview.7", "10.0.0-rc.1")]
    [InlineData("10.0.0-1", "10.0.0-rc")]
    [InlineData("10.0.0-rc", "10.0.0-rc.1")]
    [InlineData("garbage-1", "garbage-2")]
    public void Versions_order_from_old_to_new(string older, string newer)
    {
        Assert.True(PackVersion.Order.Compare(older, newer) < 0);
        Assert.True(PackVersion.Order.Compare(newer, older) > 0);
        Assert.Equal(0, PackVersion.Order.Compare(older, older));
        Assert.Equal(0, PackVersion.Order.Compare(newer, newer + "+build.5"));
    }

    [Fact]
    public void The_program_on_the_path_is_found_through_a_link()
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        string program = _folder.Write("real/dotnet", "");
        Directory.CreateDirectory(Root("bin"));
        File.CreateSymbolicLink(Path.Combine(Root("bin"), "dotnet"), program);
        string path = string.Join(Path.PathSeparator, Root("none"), Root("bin"));
        Assert.Equal(Root("real"), DotnetRoots.OnPath(path));
        Assert.Null(DotnetRoots.OnPath(Root("none")));
        Assert.Null(DotnetRoots.OnPath(null));
    }

    [Fact]
    public void The_places_are_absolute_and_named_once()
    {
        List<string> roots = DotnetRoots.Candidates();
        Assert.NotEmpty(roots);
        Assert.All(roots, root => Assert.True(Path.IsPathFullyQualified(root)));
        Assert.Equal(roots.Distinct(), roots);
    }

    private string Root(string name) => Path.Combine(_folder.Path, name);

    private string Place(string root) => Path.Combine(Root(root), "packs", "Microsoft.NETCore.App.Ref");

    private void Pack(string path, string root = ".", string content = "<doc />") =>
        _folder.Write($"{root}/packs/Microsoft.NETCore.App.Ref/{path}", content);
}
