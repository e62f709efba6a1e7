using System.Reflection;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using ManagedRetrieval.Engine.Backends;
using ManagedRetrieval.Engine.Tensors;
using ManagedRetrieval.Gpu.Devices;
using ManagedRetrieval.TestKit;

namespace ManagedRetrieval.Gpu.Tests;

/// <summary>What happens when a driver fails, told to do so at a chosen step.</summary>
public sealed class GpuFailureTests : IDisposable
{
    private static readonly Tensor<float> A = Tensor<float>.Of(new float[,] { { 1, 2 }, { 3, 4 } });

    private readonly GpuBackend _backend = new(DeviceSearch.OpenEmulated(new WorkLimits()));

    public void Dispose() => _backend.Dispose();

    public static TheoryData<string> MemoryErrors => ["cuda", "opencl", "opencl too large", "system"];

    [Theory]
    [MemberData(nameof(MemoryErrors))]
    public void Where_memory_is_short_idle_blocks_are_given_up_and_the_call_succeeds(string error)
    {
        Product();
        int failures = 0;
        _backend.Device.Fault = action => action == DeviceAction.Allocate && failures++ == 0 ? Memory(error) : null;
        Assert.Equal(-1, TopK());
        Assert.True(failures > 1);
    }

    [Theory]
    [MemberData(nameof(MemoryErrors))]
    public void Out_of_memory_says_how_much_was_asked_for_and_leaves_the_backend_usable(string error)
    {
        _backend.Device.Fault = action => action == DeviceAction.Allocate ? Memory(error) : null;
        Tensor<float> result = Sevens();
        Refusal.Of<GpuMemoryException>(() => _backend.MatrixProduct(A, false, A, false, result, false), "no room", "1,024 bytes", _backend.Name);
        Assert.Equal([7, 7, 7, 7], result.Span.ToArray());
        _backend.Device.Fault = null;
        Product();
    }

    [Theory]
    [InlineData(nameof(DeviceAction.Write))]
    [InlineData(nameof(DeviceAction.Launch))]
    [InlineData(nameof(DeviceAction.Read))]
    public void A_driver_that_runs_out_of_memory_in_the_midst_of_a_call_is_not_lost(string when)
    {
        _backend.Device.Fault = action => action.ToString() == when ? Memory("opencl") : null;
        Refusal.Of<GpuMemoryException>(() => _backend.MatrixProduct(A, false, A, false, Sevens(), false), "ran out of memory", "matrix product");
        _backend.Device.Fault = null;
        Product();
        Assert.Equal(0, _backend.Device.BytesInUse);
    }

    [Theory]
    [InlineData(nameof(DeviceAction.Write))]
    [InlineData(nameof(DeviceAction.Launch))]
    [InlineData(nameof(DeviceAction.Read))]
    [InlineData(nameof(DeviceAction.Allocate))]
    public void A_device_that_is_lost_refuses_every_call_from_then_on_and_leaves_the_tensors_alone(string when)
    {
        Product();
        _backend.Device.Fault = action => action.ToString() == when ? Cuda(CudaError.CUDA_ERROR_LAUNCH_FAILED) : null;
        var scores = new Tensor<float>(new Shape(2, 1));
        scores.Span.Fill(7);
        int[] rows = [7, 7];
        Refusal.Of<GpuLostException>(() => _backend.TopK(A, new Tensor<float>(new Shape(900, 2)), 1, scores, rows), "is lost", "CUDA_ERROR_LAUNCH_FAILED", "in a search", "another backend");
        Assert.Equal([7, 7], scores.Span.ToArray());
        Assert.Equal([7, 7], rows);
        _backend.Device.Fault = null;
        Tensor<float> result = Sevens();
        Refusal.Of<GpuLostException>(() => _backend.MatrixProduct(A, false, A, false, result, false), "is lost", "CUDA_ERROR_LAUNCH_FAILED");
        Refusal.Of<GpuLostException>(() => _backend.PrepareRows(A), "is lost");
        Refusal.Of<GpuLostException>(() => Loss(), "is lost");
        Assert.Equal([7, 7, 7, 7], result.Span.ToArray());
    }

    [Fact]
    public void A_kernel_that_does_not_compile_is_named_and_the_others_go_on_working()
    {
        Product();
        _backend.Device.Fault = action => action == DeviceAction.Compile ? new CLException(CLError.CL_BUILD_PROGRAM_FAILURE) : null;
        Refusal.Of<GpuKernelException>(() => Loss(), "LogitKernel", "cannot be compiled", _backend.Name, "CL_BUILD_PROGRAM_FAILURE");
        Product();
        _backend.Device.Fault = null;
        Loss();
    }

    [Theory]
    [InlineData("a kernel")]
    [InlineData("memory")]
    public void What_a_failed_call_started_is_waited_for_before_its_memory_is_lent_again(string what)
    {
        // The product is started by then; what fails is the choice among its scores.
        bool isStarted = false, isWaitedFor = false;
        _backend.Device.Fault = action =>
        {
            isWaitedFor |= isStarted && action == DeviceAction.Synchronize;
            bool fails = isStarted && action is (DeviceAction.Compile or DeviceAction.Launch);
            isStarted |= action == DeviceAction.Launch;
            return !fails ? null : what == "memory" ? Memory("opencl") : new CLException(CLError.CL_BUILD_PROGRAM_FAILURE);
        };
        Product();
        isStarted = isWaitedFor = false;
        Exception failure = Record.Exception(() => TopK())!;
        Assert.IsAssignableFrom<GpuException>(failure);
        Assert.IsNotType<GpuLostException>(failure);
        Assert.True(isWaitedFor);
        Assert.Equal(0, _backend.Device.BytesInUse);
        _backend.Device.Fault = null;
        Assert.Equal(-1, TopK());
    }

    [Fact]
    public void A_device_that_does_not_finish_what_a_failed_call_started_is_lost()
    {
        Product();
        bool isStarted = false;
        _backend.Device.Fault = action =>
        {
            bool wasStarted = isStarted;
            isStarted |= action == DeviceAction.Launch;
            return !wasStarted ? null : action == DeviceAction.Synchronize ? Cuda(CudaError.CUDA_ERROR_LAUNCH_FAILED) : Memory("opencl");
        };
        Refusal.Of<GpuLostException>(() => TopK(), "is lost", "CUDA_ERROR_LAUNCH_FAILED", "failed call");
        _backend.Device.Fault = null;
        Refusal.Of<GpuLostException>(Product, "is lost");
    }

    [Fact]
    public void What_fails_at_any_step_of_any_call_gives_its_memory_back_and_the_next_call_is_right() => RandomCases.Check(
        draw =>
        {
            int left = draw.Below(40);
            _backend.Device.Fault = _ => left-- == 0 ? Memory("opencl") : null;
            try
            {
                (draw.Below(3) switch { 0 => (Action)Product, 1 => () => TopK(), _ => () => Loss() })();
            }
            catch (GpuException)
            {
            }

            _backend.Device.Fault = null;
            Assert.Equal(0, _backend.Device.BytesInUse);
            Product();
            Assert.Equal(-1, TopK());
            Loss();
        },
        cases: 40);

    [Fact]
    public void Rows_for_which_there_is_no_room_are_not_kept_and_found_all_the_same()
    {
        Tensor<float> rows = new(new Shape(3, 2), new float[] { 0, 0, 1, 1, 0, 0 });
        _backend.Device.Fault = action => action == DeviceAction.Allocate ? Memory("cuda") : null;
        Assert.Null(_backend.PrepareRows(rows));
        _backend.Device.Fault = null;
        int[] found = new int[2];
        _backend.TopK(A, rows, 1, new Tensor<float>(new Shape(2, 1)), found);
        Assert.Equal([1, 1], found);
    }

    [Fact]
    public void A_backend_that_was_disposed_refuses_by_its_own_name_and_may_be_disposed_again()
    {
        _backend.Dispose();
        _backend.Dispose();
        Assert.Equal(typeof(GpuBackend).FullName, Assert.Throws<ObjectDisposedException>(Product).ObjectName);
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused_before_the_device_is_asked()
    {
        _backend.Device.Fault = _ => throw new InvalidOperationException("the device was asked");
        Refusal.Of<ArgumentException>(() => _backend.MatrixProduct(A, false, new Tensor<float>(new Shape(3, 2)), false, Sevens(), false), "[3, 2]");
        Refusal.Of<ArgumentException>(() => _backend.TopK(A, A, 3, new Tensor<float>(new Shape(2, 3)), new int[6]), "Top-3");
    }

    private static Exception Memory(string error) => error switch
    {
        "cuda" => Cuda(CudaError.CUDA_ERROR_OUT_OF_MEMORY),
        "opencl" => new CLException(CLError.CL_MEM_OBJECT_ALLOCATION_FAILURE),
        "opencl too large" => new CLException(CLError.CL_INVALID_BUFFER_SIZE),
        _ => new InsufficientMemoryException(),
    };

    /// <summary>What CUDA would throw. Its constructor asks the driver for the error's text, which not every machine has.</summary>
    private static CudaException Cuda(CudaError error)
    {
        var exception = new CudaException();
        typeof(CudaException).GetField("<Error>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic)!.SetValue(exception, error.ToString());
        return exception;
    }

    private static Tensor<float> Sevens()
    {
        var tensor = new Tensor<float>(new Shape(2, 2));
        tensor.Span.Fill(7);
        return tensor;
    }

    private void Product()
    {
        Tensor<float> result = Sevens();
        _backend.MatrixProduct(A, false, A, false, result, false);
        Assert.Equal([7, 10, 15, 22], result.Span.ToArray());
    }

    /// <summary>The row of a third best of two.</summary>
    private int TopK()
    {
        int[] rows = new int[6];
        _backend.TopK(A, new Tensor<float>(new Shape(3, 2), new[] { 1f, 1, 5, 5, 0, 0 }), 3, new Tensor<float>(new Shape(2, 3)), rows, [2, 0], [0, 1, 2]);
        Assert.Equal([1, 0, -1, 1, 2, -1], rows);
        return rows[2];
    }

    private void Loss()
    {
        Tensor<float> losses = new(new Shape(2)), queries = Sevens(), candidates = Sevens();
        var problem = new SoftmaxLossProblem<float> { Queries = A, Candidates = A, Positives = new[] { 0, 1 }, PositiveOffsets = new[] { 0, 1, 2 } };
        _backend.SoftmaxLoss(problem, losses, default, queries, candidates);
        Assert.Equal(Math.Log(1 + Math.Exp(6)), losses.Span[0], 1e-5);
        Assert.Equal(Math.Log(1 + Math.Exp(-14)), losses.Span[1], 1e-6);
    }
}
