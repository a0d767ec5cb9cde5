"""The trained weights of a model as one flat vector, updated exactly at tiny learning rates."""

import numpy as np
import torch

PRECISIONS = ("delta", "direct", "float64")


class TrainedWeights:
    """The trained parameters of a model as views of one flat vector w.

    With precision "delta", AdamW runs on the difference d from the base weights w0, and the model
    computes with w = w0 + d. A step of size 1e-8 that would vanish when added to a weight of size
    1 (float32 carries 7 digits) adds up in d. With "direct", AdamW runs on w itself, and with
    "float64", too, but with the whole model in float64: the reference, many times slower.

    With a decay, each step first takes the learning rate times it of the difference from the base
    weights: decoupled weight decay (Loshchilov and Hutter 2019) towards w0 in place of 0. On d that
    is AdamW's own, which costs nothing; otherwise the difference is computed for it.
    """

    def __init__(
        self, model: torch.nn.Module, names: set[str], precision: str, decay: float = 0.0
    ) -> None:
        """Take the parameters of these names as trained, and freeze all others."""
        if precision == "float64":
            model.double()
        parameters = {}
        for name, parameter in model.named_parameters():
            parameter.requires_grad_(name in names)
            if name in names:
                parameters[name] = parameter
        self.shapes = {name: parameter.shape for name, parameter in parameters.items()}
        self.base = torch.cat([parameter.detach().reshape(-1) for parameter in parameters.values()])
        self.weights = self.base.clone()
        self.gradient = torch.zeros_like(self.base)
        weights, gradients = self._by_name(self.weights), self._by_name(self.gradient)
        for name, parameter in parameters.items():
            parameter.data, parameter.grad = weights[name], gradients[name]
        self.delta = torch.zeros_like(self.base) if precision == "delta" else None
        self.optimized = torch.nn.Parameter(self.weights if self.delta is None else self.delta)
        self.optimized.grad = self.gradient
        self.decay = decay

    def optimizer(self, learning_rate: float) -> torch.optim.Optimizer:
        """AdamW, which decays nothing but the difference: else only the triplets move a weight."""
        decay = 0.0 if self.delta is None else self.decay
        return torch.optim.AdamW([self.optimized], lr=learning_rate, weight_decay=decay, fused=True)

    def step(self, optimizer: torch.optim.Optimizer) -> None:
        """One update from the gradient that backward() added up, which is then set to zero."""
        if self.decay and self.delta is None:
            taken = optimizer.param_groups[0]["lr"] * self.decay
            self.weights.lerp_(self.base, taken)
        optimizer.step()
        self.materialize()
        self.gradient.zero_()

    def materialize(self) -> None:
        """Bring the model's weights to what AdamW has made of the difference."""
        if self.delta is not None:
            torch.add(self.base, self.delta, out=self.weights)

    def share_changed(self) -> float:
        """Share of the trained weights whose float32 value is not the base's any more."""
        moved = torch.count_nonzero(self.weights.float() != self.base.float())
        return moved.item() / self.base.numel()

    def differences(self) -> dict[str, torch.Tensor]:
        """The difference from the base of each trained parameter, in float32, on the CPU."""
        difference = self.weights - self.base if self.delta is None else self.delta
        return self._by_name(difference.float().cpu())

    def _by_name(self, flat: torch.Tensor) -> dict[str, torch.Tensor]:
        parts = flat.split([shape.numel() for shape in self.shapes.values()])
        return {
            name: part.view(shape)
            for (name, shape), part in zip(self.shapes.items(), parts, strict=True)
        }


class TouchedRows(torch.nn.Module):
    """A token embedding of which only the rows that occur in the training queries are trained.

    The gradient of every other row is zero at all steps, and AdamW leaves such a row alone, as
    there is no decay but towards the base. So the result is that of training the whole matrix, bit
    for bit, while time and memory follow the tokens that occur, not the vocabulary.
    """

    def __init__(self, embedding: torch.nn.Embedding, tokens: np.ndarray) -> None:
        super().__init__()
        # In a list, the whole matrix is no parameter of this module.
        self.whole = [embedding]
        device, padding = embedding.weight.device, embedding.padding_idx
        rows = np.union1d(tokens, [] if padding is None else [padding])
        self.tokens = torch.from_numpy(rows.astype(np.int64)).to(device)
        self.place = torch.full((embedding.num_embeddings,), -1, device=device)
        self.place[self.tokens] = torch.arange(len(self.tokens), device=device)
        self.padding = None if padding is None else int(self.place[padding])
        self.weight = torch.nn.Parameter(embedding.weight.detach()[self.tokens])

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Vectors of token ids; in evaluation, of any: see `write_back`."""
        if torch.is_grad_enabled():
            return torch.nn.functional.embedding(self.place[ids], self.weight, self.padding)
        return self.whole[0](ids).to(self.weight.dtype)

    def write_back(self) -> None:
        """Put the trained rows into the whole matrix, which evaluation and saving use."""
        whole = self.whole[0].weight
        whole.data[self.tokens] = self.weight.detach().to(whole.dtype)

    def spread(self, rows: torch.Tensor) -> torch.Tensor:
        """Rows of the trained tokens as a whole matrix, zero elsewhere; on the CPU."""
        whole = torch.zeros(self.whole[0].weight.shape)
        whole[self.tokens.cpu()] = rows
        return whole
