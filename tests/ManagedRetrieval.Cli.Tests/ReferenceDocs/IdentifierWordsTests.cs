using System.Globalization;
using ManagedRetrieval.Cli.ReferenceDocs;

namespace ManagedRetrieval.Cli.Tests.ReferenceDocs;

public class IdentifierWordsTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData(" ._-", "")]
    [InlineData("a", "a")]
    [InlineData("A", "a")]
    [InlineData("System.Collections.Generic.List.AddRange", "system collections generic list add range")]
    [InlineData("XMLReader", "xml reader")]
    [InlineData("IOException", "io exception")]
    [InlineData("GetURL", "get url")]
    [InlineData("IList", "i list")]
    [InlineData("SHA256", "sha256")]
    [InlineData("SHA256Managed", "sha256 managed")]
    [InlineData("X509Certificate2", "x509 certificate2")]
    [InlineData("ToInt32", "to int32")]
    [InlineData("UInt128", "u int128")]
    [InlineData("Int32x4", "int32 x4")]
    [InlineData("32bit", "32 bit")]
    [InlineData("op_Addition", "op addition")]
    [InlineData("__m128i _mm_add_epi8", "m128 i mm add epi8")]
    [InlineData("camelCaseName", "camel case name")]
    [InlineData("Returns the zero-based index, or -1.", "returns the zero based index or 1")]
    [InlineData("the ID of the TITLE", "the id of the title")]
    [InlineData("ÉcoleNormale straßeName", "école normale straße name")]
    public void Text_splits_into_these_words(string text, string words) => Assert.Equal(words, IdentifierWords.Join(text));

    [Fact]
    public void Lower_case_does_not_depend_on_the_culture()
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("tr-TR");
            Assert.Equal("io index", IdentifierWords.Join("IO.Index"));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
