using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

/// <summary>Shapes of every rank, for ops that work element by element.</summary>
internal static class AnyShape
{
    public static Shape Of(Draw draw, int minimum = 0) => draw.Below(3) switch
    {
        0 => new Shape(draw.Length(minimum)),
        1 => new Shape(draw.Length(minimum), draw.Length(minimum)),
        _ => new Shape(draw.Length(minimum), draw.Length(minimum), draw.Length(minimum)),
    };
}
