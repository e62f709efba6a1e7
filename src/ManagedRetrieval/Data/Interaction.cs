namespace ManagedRetrieval.Data;

/// <summary>What a user did with an item.</summary>
/// <param name="User">The number of the user's key.</param>
/// <param name="Item">The number of the item's key.</param>
/// <param name="Time">When; 0 where there are no times.</param>
/// <param name="Weight">How much; 1 where there are no weights.</param>
public readonly record struct Interaction(int User, int Item, long Time, float Weight);
