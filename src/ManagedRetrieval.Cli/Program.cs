Console.WriteLine("managed-retrieval");
