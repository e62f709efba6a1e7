using System.Globalization;
using OxyPlot;

namespace ManagedRetrieval.Cli.Reports;

/// <summary>Says how large text is likely to be.</summary>
/// <remarks>
/// The page is shown in the reader's own font. What comes with OxyPlot measures one font, and too small, so that
/// labels would run into titles. Here a letter is as wide as in the widest of the common fonts, whatever letter it is.
/// </remarks>
internal sealed class TextRuler : RenderContextBase
{
    private const double Letter = 0.6;
    private const double WideLetter = 1.05;
    private const double Line = 1.2;

    // Where the scripts begin whose letters are as wide as high.
    private const int FirstWide = 0x1100;

    /// <summary>The width of one line of text, in units of its font size.</summary>
    public static double Width(string line)
    {
        double width = 0;
        foreach (int start in StringInfo.ParseCombiningCharacters(line))
        {
            width += line[start] >= FirstWide && line[start] is not (>= '\u2000' and <= '\u206f') ? WideLetter : Letter;
        }

        return width;
    }

    public override int ClipCount => 0;

    public override OxySize MeasureText(string text, string fontFamily, double fontSize, double fontWeight)
    {
        string[] lines = (text ?? "").Split('\n');
        return new OxySize(fontSize * lines.Max(Width), fontSize * Line * lines.Length);
    }

    public override void DrawLine(IList<ScreenPoint> points, OxyColor stroke, double thickness, EdgeRenderingMode edgeRenderingMode, double[] dashArray, LineJoin lineJoin) =>
        throw NoDrawing();

    public override void DrawPolygon(
        IList<ScreenPoint> points, OxyColor fill, OxyColor stroke, double thickness, EdgeRenderingMode edgeRenderingMode, double[] dashArray, LineJoin lineJoin) =>
        throw NoDrawing();

    public override void DrawText(
        ScreenPoint p, string text, OxyColor fill, string fontFamily, double fontSize, double fontWeight, double rotation, HorizontalAlignment horizontalAlignment, VerticalAlignment verticalAlignment, OxySize? maxSize) =>
        throw NoDrawing();

    public override void PushClip(OxyRect clippingRectangle) => throw NoDrawing();

    public override void PopClip() => throw NoDrawing();

    private static NotSupportedException NoDrawing() => new("A ruler does not draw.");
}
