"""What the names in the loop mean, a sentence each; free of Qt."""

from netviz.engine.options.optimizers import OPTIMIZERS
from netviz.engine.options.run_config import RunConfig
from netviz.engine.options.training import LOSS_HELP, LOSSES
from netviz.number_text import rate_text

_WORDS = {
    "for": "Repeats the lines below it, with one after the other.",
    "in": "Takes one after the other out of what follows.",
    "if": "The lines below run only where this is true.",
    "or": "One of the two has to be true.",
    "with": "What is said here holds for the lines below.",
    "images": "The pictures of this batch, a tensor: images, channels, height, width.",
    "labels": "The right class of each image of the batch, as a number.",
    "loader": "Shuffles the training images in each epoch and hands them out batch by batch.",
    "zero_grad": "Throws the gradients of the last step away; else the new ones would be added.",
    "logits": "What the network says: a number for each class, not yet probabilities.",
    "model": "The network. Called with images, it passes them through its layers.",
    "loss": "How wrong the network is on this batch, in one number. Training makes it small.",
    "backward": "Goes back through all layers and computes each weight's gradient.",
    "step": "Moves each weight against its gradient, as the optimizer's rule says.",
    "param_groups": "The weights that the optimizer moves, with their settings.",
    "group": "Weights that share their settings; here all of them.",
    "lr": "The learning rate, as torch abbreviates it.",
    "learning_rate": "The rate that is set on the left.",
    "rate_factor": "What the schedule multiplies the rate by at this batch.",
    "augment": "Turns, shifts or mirrors each image at random, as the settings say.",
    "summed": "How many batches have added their gradients so far.",
    "accumulate": "Over how many batches the gradient is averaged before the weights move.",
    "is_last": "Whether this is the last batch of the epoch, which ends the sum.",
    "parameter": "One tensor of weights or biases.",
    "parameters": "All weights and biases of the network.",
    "grad": "The gradient: how much the loss grows when each weight does.",
    "nn": "torch.nn, the part of PyTorch with layers and losses.",
    "utils": "Small helpers of torch.nn.",
    "clip_grad_norm_": "Shortens the whole gradient where it is longer than allowed.",
    "eval": "Evaluation mode: dropout lets everything pass, batch norm uses what it has learned.",
    "train": "Training mode again.",
    "torch": "PyTorch.",
    "no_grad": "Nothing is recorded for backward: measuring must not train.",
    "test_images": "Images that the network is never trained on.",
    "test_labels": "The right classes of the test images.",
    "test_loss": "How wrong the network is on images it has never seen.",
}


def words_for(name: str, config: RunConfig) -> str:
    """Explain a name of the loop in a sentence; empty where there is nothing to say."""
    if name == "optimizer":
        kind = OPTIMIZERS[config.optimizer]
        return f"{kind.title}, with a rate of {rate_text(config.learning_rate)}. {kind.help}"
    if name == "loss_function":
        return f"{LOSSES[config.loss]}. {LOSS_HELP[config.loss]}"
    if name == "clip_norm":
        return f"The gradient is made no longer than this: {config.clip_norm:g}."
    if name == "accumulate":
        return f"{_WORDS[name]} It is {config.accumulate}."
    return _WORDS.get(name, "")
