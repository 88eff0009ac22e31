// Dispenser
