"""Pieces of an exported script that are always the same."""

LOSSES = {
    "cross-entropy": "cross_entropy = nn.CrossEntropyLoss()\n",
    "nll": '''
def nll(logits, labels):
    """Negative log-likelihood of the right class."""
    return F.nll_loss(F.log_softmax(logits, dim=1), labels)
''',
    "mse": '''
def mse(logits, labels):
    """Mean squared distance between the probabilities and the one-hot label."""
    one_hot = F.one_hot(labels, logits.shape[1]).to(logits.dtype)
    return F.mse_loss(torch.softmax(logits, dim=1), one_hot)
''',
}
LOSS_NAMES = {"cross-entropy": "cross_entropy", "nll": "nll", "mse": "mse"}

FACTORS = {
    "constant": """
def constant(epoch, batch, batches):
    return 1.0
""",
    "step": '''
def step_down(epoch, batch, batches):
    """As torch.optim.lr_scheduler.StepLR."""
    return gamma ** (epoch // step_epochs)
''',
    "exponential": '''
def exponential(epoch, batch, batches):
    """As torch.optim.lr_scheduler.ExponentialLR."""
    return gamma**epoch
''',
    "cosine": '''
def cosine(epoch, batch, batches):
    """As torch.optim.lr_scheduler.CosineAnnealingLR, stepped once a batch."""
    done = min(1.0, (epoch + batch / batches) / epochs)
    return (1 + math.cos(math.pi * done)) / 2
''',
    "warmup": '''
def warmup(epoch, batch, batches):
    """As torch.optim.lr_scheduler.LinearLR, stepped once a batch."""
    done = min(1.0, (epoch + batch / batches) / warmup_epochs)
    return warmup_start + (1 - warmup_start) * done
''',
    "one-cycle": '''
def one_cycle(epoch, batch, batches):
    """As torch.optim.lr_scheduler.OneCycleLR: up to the rate, then far below it."""
    total = epochs * batches
    position = min((epoch + batch / batches) * batches, total - 1)
    peak = 0.3 * total - 1
    if position <= peak:
        start, end, done = 1 / 25, 1.0, position / peak if peak > 0 else 1.0
    else:
        start, end = 1.0, 1e-4 / 25
        done = (position - peak) / max(1e-9, total - 1 - peak)
    return end + (start - end) / 2 * (1 + math.cos(math.pi * done))
''',
    "plateau": '''
plateau_factor, best_loss, bad_epochs = 1.0, math.inf, 0


def plateau(epoch, batch, batches):
    return plateau_factor


def note_test_loss(loss):
    """As torch.optim.lr_scheduler.ReduceLROnPlateau: lower the rate if the loss stays."""
    global plateau_factor, best_loss, bad_epochs
    if loss < best_loss * (1 - 1e-4):
        best_loss, bad_epochs = loss, 0
    elif bad_epochs + 1 > patience:
        plateau_factor, bad_epochs = plateau_factor * gamma, 0
    else:
        bad_epochs += 1
''',
}
FACTOR_NAMES = {name: name.replace("-", "_") for name in FACTORS} | {"step": "step_down"}
SCHEDULE_SETTINGS = {
    "step": ("gamma", "step_epochs"),
    "exponential": ("gamma",),
    "warmup": ("warmup_epochs", "warmup_start"),
    "plateau": ("gamma", "patience"),
}

FREEZE = '''
def freeze(names):
    """Hold the weights of the layers with these names, and free all others."""
    for name, layer in model.named_modules():
        for parameter in layer.parameters(recurse=False):
            parameter.requires_grad_(name not in names)
            if name in names:
                parameter.grad = None


def train_mode():
    """Prepare for training; frozen layers stay in evaluation mode."""
    model.train()
    for name in frozen:
        model.get_submodule(name).eval()
'''

AUGMENT = '''
augment_generator = torch.Generator().manual_seed(seed)


def spread(count):
    """Draw numbers evenly from -1 to 1."""
    return 2 * torch.rand(count, generator=augment_generator) - 1


def augment(images):
    """Turn, scale, shift and mirror each image at random, and add noise."""
    if not (augment_shift or augment_rotate or augment_scale or augment_flip or augment_noise):
        return images
    count = len(images)
    angle = spread(count) * math.radians(augment_rotate)
    scale = 1 + spread(count) * augment_scale
    shift_x = spread(count) * 2 * augment_shift
    shift_y = spread(count) * 2 * augment_shift
    mirror = torch.ones(count)
    if augment_flip:
        mirror = 1 - 2 * torch.randint(0, 2, (count,), generator=augment_generator).float()
    cos, sin = torch.cos(angle) / scale, torch.sin(angle) / scale
    rows = (cos * mirror, -sin, shift_x, sin * mirror, cos, shift_y)
    matrices = torch.stack(rows, dim=1).view(count, 2, 3).to(images.device)
    grid = F.affine_grid(matrices, list(images.shape), align_corners=False)
    images = F.grid_sample(images, grid, align_corners=False)
    if augment_noise:
        noise = torch.randn(images.shape, generator=augment_generator).to(images.device)
        images = (images + augment_noise * noise).clamp(0, 1)
    return images
'''
AUGMENT_SETTINGS = (
    *("augment_shift", "augment_rotate", "augment_scale"),
    *("augment_flip", "augment_noise"),
)

NORMALISE = '''
mean = train_images.mean(dim=(0, 2, 3)).view(-1, 1, 1)
std = train_images.std(dim=(0, 2, 3)).clamp_min(1e-6).view(-1, 1, 1)


def normalise(images):
    """Bring the pixels to mean 0 and standard deviation 1."""
    return (images - mean) / std
'''

EVALUATE = '''
@torch.inference_mode()
def evaluate(images, labels):
    """Return the mean loss, and the share of right answers."""
    model.eval()
    total_loss, right = 0.0, 0
    for start in range(0, len(labels), 500):
        some, answers = images[start : start + 500], labels[start : start + 500]
        logits = model({inputs})
        total_loss += loss_function(logits, answers).item() * len(answers)
        right += (logits.argmax(dim=1) == answers).sum().item()
    return total_loss / len(labels), right / len(labels)
'''

ORDER = """\
    # The order of DataLoader(shuffle=True, generator=generator), drawn by hand because the
    # batch size changes on the way.
    if epoch > 0:
        torch.randperm(len(train_labels), generator=generator)
    torch.empty((), dtype=torch.int64).random_(generator=generator)
    order = torch.randperm(len(train_labels), generator=generator)
    position = 0
    while position < len(order):
"""
