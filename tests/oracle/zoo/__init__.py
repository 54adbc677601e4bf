"""The networks that nnscope is held to, by family."""

from zoo import other_models, purpose, timm_models, torchvision_models, wrapped

ENTRIES = [
    *torchvision_models.ENTRIES,
    *timm_models.ENTRIES,
    *other_models.ENTRIES,
    *purpose.ENTRIES,
    *wrapped.ENTRIES,
]
