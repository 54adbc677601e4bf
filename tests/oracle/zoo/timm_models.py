"""timm: one small network of each family."""

from __future__ import annotations

from functools import partial

from torch import nn

from zoo.entry import Entry

# What takes no image_size is convolutional, or makes its positions to measure.
_ANY_SIZE = """
    caformer_s18 convformer_s18 convmixer_768_32 convnext_atto convnextv2_atto crossvit_tiny_240 csatv2
    cspdarknet53 cspresnet50 davit_tiny densenet121 dla34 dla46_c dm_nfnet_f0 dpn68 edgenext_xx_small
    efficientnetv2_rw_t efficientvit_b0 ese_vovnet19b_dw fasternet_t0 fastvit_t8 focalnet_tiny_srf
    ghostnet_050 hardcorenas_a hgnet_tiny hgnetv2_b0 hrnet_w18_small iformer_t inception_next_atto
    inception_resnet_v2 inception_v4 lcnet_035 lowformer_b0 mambaout_femto mobilenetv3_small_050
    mobilenetv4_conv_small nasnetalarge nextvit_small nfnet_l0 pnasnet5large poolformer_s12
    poolformerv2_s12 pvt_v2_b0 rdnet_tiny regnetx_002 regnety_002 repghostnet_050 res2net50_26w_4s
    res2next50 resnest14d resnetv2_50 rexnet_100 sam2_hiera_tiny selecsls42b seresnet18 shvit_s1
    skresnet18 starnet_s1 tf_efficientnet_lite0 tf_efficientnetv2_b0 tiny_vit_5m_224 tresnet_m
    xception41
""".split()

_SIZED = """
    beit_base_patch16_224 botnet26t_256 cait_xxs24_224 coat_tiny coatnet_nano_rw_224 convit_tiny
    deit_tiny_distilled_patch16_224 efficientformerv2_s0 efficientvit_m0 eva02_tiny_patch14_224 gcvit_xxtiny
    gernet_s gmlp_ti16_224 hiera_tiny_224 lambda_resnet26t levit_128s levit_conv_128s maxvit_pico_rw_256
    maxxvit_rmlp_nano_rw_256 mixer_s32_224 mobileone_s0 mobilevit_xxs mobilevitv2_050 mvitv2_tiny
    naflexvit_base_patch16_gap nest_tiny pit_ti_224 pit_ti_distilled_224 repvgg_a0 repvit_m0_9 resmlp_12_224
    samvit_base_patch16 sequencer2d_s swiftformer_xs swin_tiny_patch4_window7_224 swinv2_cr_tiny_ns_224
    swinv2_tiny_window8_256 tnt_s_legacy_patch16_224 twins_pcpvt_small twins_svt_small visformer_tiny
    vit_pe_core_tiny_patch16_384 vit_relpos_small_patch16_224 vit_small_patch14_reg4_dinov2
    vit_tiny_patch16_224 vit_tiny_r_s16_p8_224 vitamin_small_224 volo_d1_224 xcit_nano_12_p16_224
""".split()

_SIZES = {
    "efficientformer_l1": 224,
    "eva02_tiny_patch14_224": 56,
    "halonet26t": 256,
    "inception_resnet_v2": 96,
    "inception_v4": 96,
    "vit_small_patch14_reg4_dinov2": 56,
}
"""The smallest image a network takes, where 64 pixels are too few or no multiple of its patch."""

_LIGHT = """
    cait_xxs24_224 coatnet_nano_rw_224 convmixer_768_32 convnext_atto convnextv2_atto crossvit_tiny_240
    davit_tiny deit_tiny_distilled_patch16_224 dla46_c edgenext_xx_small efficientformer_l1
    eva02_tiny_patch14_224 focalnet_tiny_srf ghostnet_050 gmlp_ti16_224 hiera_tiny_224 hrnet_w18_small
    levit_128s mambaout_femto mixer_s32_224 mobilenetv4_conv_small mobilevit_xxs mobilevitv2_050
    nfnet_l0 pit_ti_224 poolformer_s12 pvt_v2_b0 regnetx_002 regnety_002 repvgg_a0 res2net50_26w_4s
    resmlp_12_224 resnest14d seresnet18 skresnet18 starnet_s1 swin_tiny_patch4_window7_224
    swinv2_tiny_window8_256 tf_efficientnetv2_b0 tiny_vit_5m_224 twins_svt_small
    vit_small_patch14_reg4_dinov2 vit_tiny_patch16_224 volo_d1_224 xcit_nano_12_p16_224
""".split()
"""One of most families, and small; the others are left to the run of everything."""


def _build(name: str, **options: int) -> nn.Module:
    import timm

    return timm.create_model(name, pretrained=False, **options)


def _entry(name: str, *, sized: bool = False) -> Entry:
    size = _SIZES.get(name, 64)
    options = {"img_size": size} if sized else {}
    return Entry(name, "timm", partial(_build, name, **options), (3, size, size), heavy=name not in _LIGHT)


ENTRIES = sorted(
    [
        *(_entry(name) for name in _ANY_SIZE),
        *(_entry(name, sized=True) for name in (*_SIZED, "efficientformer_l1", "halonet26t")),
    ],
    key=lambda entry: entry.name,
)
