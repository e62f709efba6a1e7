#!/usr/bin/env bash
# Packs every package, installs them from a local folder with an empty package cache, and uses them: the README's example
# in a new project, and the tool.
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for project in src/*/*.csproj; do
    dotnet pack "$project" -c Release -o "$work/packages" -maxcpucount:1 -warnaserror -v q -p:ContinuousIntegrationBuild=true
done
ls -l "$work/packages" | awk 'NR > 1 { print $5, $9 }'
for package in "$work"/packages/*.nupkg; do
    case $(basename "$package") in
        managed-retrieval.*) continue ;;
    esac
    for part in README.md icon.png '\.xml$'; do
        unzip -l "$package" | grep -E "$part" > /dev/null || { echo "WRONG: $(basename "$package") has no $part"; exit 1; }
    done
    [ -f "${package%.nupkg}.snupkg" ] || { echo "WRONG: $(basename "$package") has no symbols"; exit 1; }
done

export NUGET_PACKAGES=$work/cache
mkdir "$work/dishes"
cd "$work/dishes"
cat > nuget.config <<END
<configuration><packageSources><add key="local" value="$work/packages" /></packageSources></configuration>
END
version=$(sed -nE 's|.*<Version>(.*)</Version>.*|\1|p' "$root/Directory.Build.props")
# A program's project, in the file of the first argument, that takes the packages of the others.
project() {
    local file=$1
    shift
    cat > "$file" <<END
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <TargetFramework>net10.0</TargetFramework>
    <ImplicitUsings>enable</ImplicitUsings>
    <Nullable>enable</Nullable>
  </PropertyGroup>
  <ItemGroup>
$(printf "    <PackageReference Include=\"%s\" Version=\"$version\" />\n" "$@")
  </ItemGroup>
</Project>
END
}
project dishes.csproj ManagedRetrieval
sed -n '/^```csharp/,/^```$/p' "$root/README.md" | sed '/^```/d' > Program.cs
sed -n '/^```text/,/^```$/p' "$root/README.md" | sed '/^```/d' > expected.txt
dotnet run -c Release > printed.txt
diff expected.txt printed.txt || { echo "WRONG: the README's example prints something else"; exit 1; }

# What a project restores that takes ManagedRetrieval alone: no native asset, and one package that is not ours.
if grep -qE '"runtimes/|"native"|"runtimeTargets"' obj/project.assets.json; then
    echo "WRONG: a native asset was restored"
    exit 1
fi
restored=$(ls "$NUGET_PACKAGES" | grep -viE '^(managedretrieval|microsoft\.net\.illink)' | tr '\n' ' ')
[ "$restored" = "system.numerics.tensors " ] || { echo "WRONG: restored $restored"; exit 1; }

# A host for Native AOT without an instruction set is warned, unless it has said that it knows. The first target of a publishing is enough to see it.
dotnet restore -r linux-x64 -p:PublishAot=true -v q > restored.txt || { cat restored.txt; exit 1; }
prepare() { dotnet msbuild -nologo -t:PrepareForPublish -p:Configuration=Release -p:PublishAot=true -p:RuntimeIdentifier=linux-x64 "$@" > publish.txt || { cat publish.txt; echo "WRONG: not prepared for publishing"; exit 1; }; }
prepare
grep MR0001 publish.txt > /dev/null || { echo "WRONG: no warning of the instruction set"; exit 1; }
for silent in IlcInstructionSet=x86-64-v3 ManagedRetrievalChecksInstructionSet=false; do
    prepare "-p:$silent"
    ! grep MR0001 publish.txt > /dev/null || { echo "WRONG: warned in spite of $silent"; exit 1; }
done

# The other packages, together.
mkdir "$work/all"
cd "$work/all"
cp "$work/dishes/nuget.config" .
project all.csproj ManagedRetrieval.Extensions ManagedRetrieval.Gpu ManagedRetrieval.Readers
cat > Program.cs <<'END'
using ManagedRetrieval.Data;
using ManagedRetrieval.Extensions;
using ManagedRetrieval.Gpu;
using ManagedRetrieval.Readers;
using Microsoft.Extensions.VectorData;

using var store = new ManagedRetrievalVectorStore();
VectorStoreCollection<int, Place> places = store.GetCollection<int, Place>("places");
await places.EnsureCollectionExistsAsync();
await places.UpsertAsync([new Place { Id = 1, At = new float[] { 1, 0 } }, new Place { Id = 2, At = new float[] { 0, 1 } }]);
await foreach (VectorSearchResult<Place> found in places.SearchAsync(new float[] { 1, 3 }, top: 1))
{
    Console.WriteLine($"place {found.Record.Id}");
}

Console.WriteLine(GpuBackend.TryCreate(out GpuBackend? backend, out string whyNot) ? $"GPU: {backend.Name}" : $"no GPU: {whyNot}");
backend?.Dispose();
await File.WriteAllTextAsync("rows.csv", "user,item\na,b\nc,d\n");
var (log, _) = await InteractionLog.ReadAsync(new FileRowSource("rows.csv"), new InteractionColumns { User = "user", Item = "item" });
Console.WriteLine($"{log.Count} rows");

internal sealed class Place
{
    [VectorStoreKey]
    public int Id { get; set; }

    [VectorStoreVector(2)]
    public ReadOnlyMemory<float> At { get; set; }
}
END
dotnet run -c Release > printed.txt || { cat printed.txt; echo "WRONG: the packages do not work together"; exit 1; }
cat printed.txt
grep -qx 'place 2' printed.txt && grep -qE '^(no )?GPU: .' printed.txt && grep -qx '2 rows' printed.txt || { echo "WRONG: the packages answer otherwise"; exit 1; }

cd "$work/dishes"
dotnet tool install managed-retrieval --version "$version" --tool-path "$work/tool" --configfile nuget.config -v q
"$work/tool/managed-retrieval" --version
echo "packages: all well"
