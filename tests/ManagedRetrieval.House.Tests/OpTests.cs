using System.Reflection;
using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Tests.Autodiff.Ops;

namespace ManagedRetrieval.House.Tests;

/// <summary>One op, one file, one test file.</summary>
public class OpTests
{
    public static TheoryData<string> Ops =>
    [
        .. typeof(Op<>).Assembly.GetTypes()
            .Where(type => !type.IsAbstract && type.BaseType is { IsGenericType: true } parent && parent.GetGenericTypeDefinition() == typeof(Op<>))
            .Select(type => type.Name.Split('`')[0])
            .Order(StringComparer.Ordinal),
    ];

    [Fact]
    public void There_are_ops() => Assert.True(Ops.Count >= 14);

    [Theory]
    [MemberData(nameof(Ops))]
    public void Every_op_has_a_file_and_tests_that_check_its_gradient(string op)
    {
        Assert.True(File.Exists(Path.Combine(Repository.Root, $"src/ManagedRetrieval.Engine/Autodiff/Ops/{op}.cs")));
        string tests = $"tests/ManagedRetrieval.Engine.Tests/Autodiff/Ops/{op}Tests.cs";

        // An op whose output is not finite is checked as a part of a function that is.
        Assert.Matches(@"OpCheck\.Run\(|GradientCheck\.RunJacobian\(", Repository.Read(tests));
        Type? type = typeof(MatrixProductTests).Assembly.GetType($"ManagedRetrieval.Engine.Tests.Autodiff.Ops.{op}Tests");
        Assert.NotNull(type);
        Assert.Contains(type.GetMethods(), method => method.GetCustomAttributes<FactAttribute>().Any());
    }
}
