using ManagedRetrieval.Engine.Autodiff;
using ManagedRetrieval.Engine.Autodiff.Ops;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Autodiff.Ops;

public class LeadingTransposeTests
{
    [Fact]
    public void Is_what_its_formula_says() => OpCheck.Run(draw =>
    {
        int rows = draw.Length(minimum: 0);
        int width = rows + draw.Between(0, 5);
        return new OpCase
        {
            Op = (new LeadingTranspose<double>(), new LeadingTranspose<float>()),
            Inputs = [new OpInput("x", new Shape(rows, width))],
            Output = new Shape(rows, rows),
            LinearIn = [0],
            Reference = inputs =>
            {
                double[] result = new double[rows * rows];
                for (int i = 0; i < rows; i++)
                {
                    for (int j = 0; j < rows; j++)
                    {
                        result[(i * rows) + j] = inputs[0][(j * width) + i];
                    }
                }

                return result;
            },
        };
    });

    [Theory]
    [InlineData(64, 64)]
    [InlineData(65, 65)]
    [InlineData(130, 143)]
    public void Every_entry_of_several_parts_goes_to_its_place_and_its_gradient_comes_back(int rows, int width)
    {
        var numbers = new Tensor<double>(new Shape(rows, width));
        var cotangent = new Tensor<double>(new Shape(rows, rows));
        for (int i = 0; i < numbers.Shape.Length; i++)
        {
            numbers.Span[i] = i + 1;
        }

        for (int i = 0; i < cotangent.Shape.Length; i++)
        {
            cotangent.Span[i] = -i - 1;
        }

        var tape = new Tape<double>();
        Variable<double> x = tape.Input(numbers);
        Variable<double> y = x.LeadingTranspose();
        tape.Backward(y, cotangent);
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < rows; j++)
            {
                Assert.Equal(numbers.Row(i)[j], y.Value.Row(j)[i]);
                Assert.Equal(cotangent.Row(j)[i], x.Gradient.Row(i)[j]);
            }

            Assert.All(x.Gradient.Row(i)[rows..].ToArray(), value => Assert.Equal(0, value));
        }
    }

    [Fact]
    public void A_removed_entry_stays_removed_and_extra_negatives_take_no_part()
    {
        const double Removed = double.NegativeInfinity;
        var tape = new Tape<double>();
        Variable<double> x = tape.Input(Tensor<double>.Of(new[,] { { 1, Removed, 3, Removed }, { 4, 5, 6, 7 }, { 8, 9, 10, 11 } }));
        Variable<double> y = x.LeadingTranspose();
        Assert.Equal([1, 4, 8, Removed, 5, 9, 3, 6, 10], y.Value.Span.ToArray());
        tape.Backward(y, Tensor<double>.Of(new double[,] { { 1, 2, 3 }, { 0, 5, 6 }, { 7, 8, 9 } }));
        Assert.Equal([1, 0, 7, 0, 2, 5, 8, 0, 3, 6, 9, 0], x.Gradient.Span.ToArray());
    }

    [Fact]
    public void Fewer_columns_than_rows_are_refused()
    {
        Variable<float> x = new Tape<float>().Constant(new Tensor<float>(new Shape(3, 2)));
        Refusal.Of<ArgumentException>(() => x.LeadingTranspose(), "LeadingTranspose", "at least as many columns as rows", "x of shape [3, 2]");
    }

    [Fact]
    public void Anything_but_a_matrix_is_refused()
    {
        var tape = new Tape<float>();
        Variable<float> x = tape.Constant(new Tensor<float>(new Shape(3)));
        Refusal.Of<ArgumentException>(() => x.LeadingTranspose(), "LeadingTranspose", "x of rank 2", "[3]");
        Refusal.Of<ArgumentException>(() => tape.Apply(new LeadingTranspose<float>(), [x, x]), "LeadingTranspose", "1 input", "not 2");
    }
}
