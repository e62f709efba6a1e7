using ManagedRetrieval.Engine.Kernels;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Engine.Tests.Kernels;

public class GatedUnitTests
{
    [Fact]
    public void The_numbers_of_a_step_made_by_hand()
    {
        // r = σ(0) = 1/2, z = σ(ln 3) = 3/4, n = tanh(1 + 1/2 · −2) = 0, new state 0 + 3/4 · 8 = 6.
        double[] kept = new double[5];
        GatedUnit.Step<double>([1, Math.Log(3), 1], [-1, 0, -2], [8], kept);
        Agree.InNorm<double>("kept", [0.5, 0.75, 0, -2, 6], kept, 1e-15);
        Assert.Equal(6, GatedUnit.State<double>(kept)[0], 1e-15);
    }

    [Fact]
    public void The_gradient_of_that_step_made_by_hand_is_added_to_what_was_there()
    {
        // g = 16, e = 16 · 1/4 · 1 = 4: du_r = 4 · −2 · 1/4 = −2, du_z = 16 · 8 · 3/16 = 24, du_n = 4 · 1/2 = 2.
        double[] state = [16], recurrent = new double[3], gradient = [100, 200, 300];
        GatedUnit.StepBack<double>([0.5, 0.75, 0, -2, 6], [8], state, recurrent, gradient);
        Assert.Equal([-2, 24, 2], recurrent);
        Assert.Equal([98, 224, 304], gradient);
        Assert.Equal([12], state);
    }
}
