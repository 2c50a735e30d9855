#pragma once

// The Landlock ABI that this kernel offers; 0 or less where it offers none.
int platform_landlock_abi(void);
