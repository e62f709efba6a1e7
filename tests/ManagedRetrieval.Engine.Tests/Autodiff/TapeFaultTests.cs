using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;

namespace ManagedRetrieval.Engine.Tests.Autodiff;

public class TapeFaultTests
{
    [Fact]
    public void A_tape_of_finite_numbers_has_no_fault()
    {
        var tape = new Tape<double>();
        var table = new EmbeddingTable<double>("table", Tensor<double>.Of(new double[,] { { 1, 2 }, { 3, 4 } }));
        Variable<double> sum = tape.Parameter(table).EmbeddingLookup(new[] { 0, 1, 1 }).Scale(3).Sum();
        tape.Backward(sum);
        Assert.Null(tape.FirstFault());
        Assert.Null(tape.FirstGradientFault(sum));
    }

    [Fact]
    public void The_first_op_whose_result_is_not_finite_is_found_with_its_row_and_column()
    {
        var tape = new Tape<double>();
        Variable<double> x = tape.Input(Tensor<double>.Of(new double[,] { { 1, 2 }, { 3, 4 }, { 5, 1e200 } }));
        Variable<double> squares = x.Scale(1).Multiply(x);
        squares.Scale(2).Sum();
        TapeFault fault = tape.FirstFault()!.Value;
        Assert.Equal(("Multiply", squares.Number, 3, 2, 1, double.PositiveInfinity), (fault.Source, fault.Frame, fault.Rows, fault.Row, fault.Column, fault.Value));
        Assert.Equal("Multiply was the first to give Infinity, in row 2 (the last), column 1", fault.Describe("the last"));
    }

    [Fact]
    public void A_parameter_is_found_before_what_is_made_of_it()
    {
        var tape = new Tape<double>();
        var weights = new DenseParameter<double>("weights", Tensor<double>.Of(1, double.NaN));
        tape.Parameter(weights).Scale(2);
        TapeFault fault = tape.FirstFault()!.Value;
        Assert.Equal("The parameter 'weights' has NaN, in row 1, column 0", fault.Describe(""));
    }

    [Fact]
    public void A_removed_entry_is_no_fault_in_what_removes_it_nor_behind_it_and_is_one_elsewhere()
    {
        var tape = new Tape<double>();
        Variable<double> logits = tape.Input(Tensor<double>.Of(new double[,] { { 1, 2 }, { 3, 4 } }));
        Variable<double> removed = tape.Apply(new RemoveEntries<double>(), [logits], new OpIndices(new[] { 1 }, new[] { 0, 1, 1 }));
        removed.Scale(2);
        Assert.Null(tape.FirstFault());
        tape.Apply(new Scale<double>(double.MaxValue), [tape.Input(Tensor<double>.Of(-4.0))]);
        Assert.Equal("Scale was the first to give -Infinity, in row 0, column 0", tape.FirstFault()!.Value.Describe(""));
    }

    [Fact]
    public void A_gradient_is_found_at_the_op_that_gave_it()
    {
        // d/dx of 1e200 · (1e200 · x) is not finite, though both results are.
        var tape = new Tape<double>();
        Variable<double> x = tape.Input(Tensor<double>.Of(0, 1e-300));
        Variable<double> once = x.Scale(1e200);
        Variable<double> sum = once.Scale(1e200).Sum();
        tape.Backward(sum);
        Assert.Null(tape.FirstFault());
        TapeFault fault = tape.FirstGradientFault(sum)!.Value;
        Assert.Equal("Scale was the first to give Infinity as a gradient, in row 0, column 0", fault.Describe(""));
        Assert.Equal(x.Number, fault.Frame);
    }

    [Fact]
    public void A_sum_of_finite_gradients_is_found_at_the_row_of_its_table()
    {
        var tape = new Tape<double>();
        var table = new EmbeddingTable<double>("table", new Tensor<double>(new Shape(5, 2)));
        Variable<double> sum = tape.Parameter(table).EmbeddingLookup(new[] { 1, 3, 3 }).Scale(1e308).Sum();
        tape.Backward(sum);
        TapeFault fault = tape.FirstGradientFault(sum)!.Value;
        Assert.Equal("The parameter 'table' has Infinity as a gradient, in row 3, column 0", fault.Describe(""));
    }
}
