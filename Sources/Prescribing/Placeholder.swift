// Prescribing
