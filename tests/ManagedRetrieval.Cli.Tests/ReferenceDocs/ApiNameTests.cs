using ManagedRetrieval.Cli.ReferenceDocs;

namespace ManagedRetrieval.Cli.Tests.ReferenceDocs;

public class ApiNameTests
{
    [Theory]
    [InlineData("T:System.String", "System.String")]
    [InlineData("T:System.Collections.Generic.Dictionary`2.Enumerator", "System.Collections.Generic.Dictionary.Enumerator")]
    [InlineData("M:System.IO.File.ReadAllLines(System.String)", "System.IO.File.ReadAllLines")]
    [InlineData("M:System.Array.Empty``1", "System.Array.Empty")]
    [InlineData("M:System.Linq.Enumerable.Zip``3(System.Collections.Generic.IEnumerable{``0},System.Func{``0,``1})", "System.Linq.Enumerable.Zip")]
    [InlineData("M:System.Text.StringBuilder.#ctor(System.Int32)", "System.Text.StringBuilder.ctor")]
    [InlineData("M:System.Thing.#cctor", "System.Thing.cctor")]
    [InlineData("M:System.Decimal.op_Explicit(System.Decimal)~System.Byte", "System.Decimal.op_Explicit")]
    [InlineData("P:System.String.Chars(System.Int32)", "System.String.Chars")]
    [InlineData("F:System.Math.PI", "System.Math.PI")]
    [InlineData("E:System.AppDomain.ProcessExit", "System.AppDomain.ProcessExit")]
    [InlineData(
        "M:System.Collections.Concurrent.BlockingCollection`1.System#Collections#ICollection#CopyTo(System.Array,System.Int32)",
        "System.Collections.Concurrent.BlockingCollection.ICollection.CopyTo")]
    [InlineData(
        "M:A.B`2.System#Collections#Generic#ICollection{System#Collections#Generic#KeyValuePair{TKey@TValue}}#Add(System.Int32)",
        "A.B.ICollection.Add")]
    [InlineData("M:A.B.IThing#Do", "A.B.IThing.Do")]
    [InlineData("", "")]
    public void A_member_has_this_name(string id, string name) => Assert.Equal(name, ApiName.OfMember(id));

    [Theory]
    [InlineData("M:System.IO.File.ReadAllLines(System.String)", "ReadAllLines")]
    [InlineData("T:System.Collections.Generic.List`1", "List")]
    [InlineData("T:System.Collections.Generic.IEnumerable{System.Int32}", "IEnumerable")]
    [InlineData("M:System.Text.StringBuilder.#ctor", "ctor")]
    [InlineData("Overload:System.String.Trim", "Trim")]
    [InlineData("O:System.String.Trim", "Trim")]
    [InlineData("System.String.Trim*", "Trim")]
    [InlineData("!:Unknown", "Unknown")]
    [InlineData("true", "true")]
    [InlineData("value", "value")]
    [InlineData("https://example.org/a/b.html/", "b.html")]
    [InlineData("", "")]
    public void A_reference_reads_as_its_last_part(string reference, string word) =>
        Assert.Equal(word, ApiName.LastPart(reference));
}
