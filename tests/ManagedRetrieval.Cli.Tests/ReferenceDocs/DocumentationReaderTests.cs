using ManagedRetrieval.Cli.ReferenceDocs;

namespace ManagedRetrieval.Cli.Tests.ReferenceDocs;

public class DocumentationReaderTests
{
    [Theory]
    [InlineData("Reads\n   all\t lines. ", "Reads all lines.", "reads all lines.")]
    [InlineData("A <see cref=\"T:System.Collections.Generic.List`1\" />.", "A List.", "a @.")]
    [InlineData("A<see cref=\"T:System.Byte\"/>B", "AByteB", "a@b")]
    [InlineData("A <seealso cref=\"M:A.B.C(System.Int32)\" /> x", "A C x", "a @ x")]
    [InlineData("Is <see langword=\"true\" /> or not", "Is true or not", "is @ or not")]
    [InlineData("The <paramref name=\"count\" /> of <typeparamref name=\"T\" />", "The count of T", "the @ of @")]
    [InlineData("Per <see href=\"https://example.org/rfc1\">RFC \n 1</see> now", "Per RFC 1 now", "per @ now")]
    [InlineData("Per <see cref=\"T:A.B\"> </see>now", "Per Bnow", "per @now")]
    [InlineData("Per <see cref=\"T:A.B\"></see> now", "Per B now", "per @ now")]
    [InlineData("The <xref uid=\"System.UInt32\"></xref> one", "The UInt32 one", "the @ one")]
    [InlineData("The <code data-dev-comment-type=\"paramref\">count</code> one", "The count one", "the @ one")]
    [InlineData("Runs <c>a  b</c> and <code>x</code> in <strong>2</strong>", "Runs a b and x in 2", "runs a b and x in 0")]
    [InlineData("<para>One.</para><para>Two.</para>", "One. Two.", "one. two.")]
    [InlineData("One<br/>two", "One two", "one two")]
    [InlineData("<![CDATA[a < b]]> 128 bits", "a < b 128 bits", "a < b 0 bits")]
    [InlineData("&lt;x&gt; &amp; 1.25", "<x> & 1.25", "<x> & 0.0")]
    [InlineData("<!-- no -->Some 3<paramref name=\"n\"/>4", "Some 3n4", "some 0@0")]
    [InlineData("Some 3<paramref name=\"n5\"/>4", "Some 3n54", "some 0@0")]
    [InlineData("Bits 3<paramref name=\"5\"/>", "Bits 35", "bits 0@")]
    public void A_summary_has_this_text_and_form(string xml, string text, string form)
    {
        DocumentedMember member = Assert.Single(Read(Doc(("M:A.B", xml))));
        Assert.Equal("M:A.B", member.Id);
        Assert.Equal(text, member.Summary.Text);
        Assert.Equal(form, member.Summary.Form());
    }

    [Fact]
    public void Members_without_summary_text_are_left_out_and_the_rest_keeps_its_order()
    {
        List<DocumentedMember> members = Read(
            """
            <?xml version="1.0" encoding="utf-8"?>
            <doc>
              <assembly><name>A</name></assembly>
              <members>
                <member name="T:Z"><remarks>None.</remarks><summary>First one.</summary><param name="summary">x</param></member>
                <member name="T:Empty"><summary /></member>
                <member name="T:Blank"><summary>
                </summary></member>
                <member name="T:Nothing" />
                <member name="T:NoSummary"><remarks><summary>Not here.</summary></remarks></member>
                <member><summary>No name.</summary></member>
                <member name="T:A"><summary> </summary><summary>Second one.</summary><summary>Too late.</summary></member>
              </members>
            </doc>
            """);
        Assert.Equal(["T:Z First one.", "T:A Second one."], members.Select(member => $"{member.Id} {member.Summary.Text}"));
    }

    [Fact]
    public void References_are_the_stretches_of_the_text_that_they_cover()
    {
        SummaryText summary = Read(Doc(("T:A", "A <see cref=\"T:X.Big\"/> and <paramref name=\"one\"/>.")))[0].Summary;
        Assert.Equal(["Big", "one"], summary.References.Select(part => summary.Text[part.Start..part.End]));
    }

    [Fact]
    public void Words_are_counted_between_spaces()
    {
        Assert.Equal(4, Read(Doc(("T:A", "  one-two  three\n4 five. ")))[0].Summary.WordCount);
        Assert.Equal(0, new SummaryText("", []).WordCount);
    }

    [Fact]
    public void A_file_with_broken_xml_is_named_with_the_line()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("Broken.xml", "<doc>\n<members>\n<member name='T:A'><summary>x</member>\n</members></doc>");
        var error = Assert.Throws<InvalidDataException>(() => DocumentationReader.Read([path]));
        Assert.Contains(path + ", line 3: not well-formed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_document_type_is_refused_and_the_file_named()
    {
        using var folder = new TemporaryFolder();
        string path = folder.Write("Dtd.xml", "<!DOCTYPE doc [<!ENTITY a 'b'>]>\n<doc>&a;</doc>");
        var error = Assert.Throws<InvalidDataException>(() => DocumentationReader.Read([path]));
        Assert.Contains(path + ": not well-formed", error.Message, StringComparison.Ordinal);
    }

    private static string Doc(params (string Id, string Summary)[] members) =>
        "<doc><members>"
        + string.Concat(members.Select(member => $"<member name=\"{member.Id}\"><summary>{member.Summary}</summary></member>"))
        + "</members></doc>";

    private static List<DocumentedMember> Read(string xml)
    {
        using var folder = new TemporaryFolder();
        return DocumentationReader.Read([folder.Write("A.xml", xml)]);
    }
}
