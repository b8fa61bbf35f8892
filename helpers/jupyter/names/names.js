// What ipywidgets leaves out for a screen reader and for the keyboard: names for slider handles and
// groups of buttons, a caption read aloud when the hand rests, not at every frame, and arrow keys
// that belong to the slider alone. In the form in which JupyterLab loads extensions, with nothing
// to build.
(() => {
  const all = selector => document.querySelectorAll(`.vi-part ${selector}`);

  const name = () => {
    for (const widget of all(':is(.widget-slider, .widget-toggle-buttons)')) {
      const label = widget.querySelector('.widget-label');
      const named = widget.querySelector('[role=slider]') || widget;
      if (named === widget) named.setAttribute('role', 'group');
      if (label) named.setAttribute('aria-label', label.textContent);
    }
    for (const button of all('.widget-toggle-buttons button')) {
      button.setAttribute('aria-pressed', button.classList.contains('mod-active'));
    }
    for (const option of all('.vi-option')) {
      option.setAttribute('aria-pressed', option.classList.contains('vi-chosen'));
    }
    ['play or pause', 'stop', 'repeat'].forEach((words, place) => {
      for (const player of all('.widget-play')) {
        const button = player.querySelectorAll('button')[place];
        if (button) button.setAttribute('aria-label', words);
      }
    });
    for (const wide of all('.vi-equation')) {
      if (wide.scrollWidth > wide.clientWidth) wide.tabIndex = 0;
    }
  };

  // An arrow key on a slider is the slider's alone: Notebook 7 would select the next cell with it.
  const keep = event => {
    const handle = event.key.startsWith('Arrow') && event.target.closest('.vi-part [role=slider]');
    if (!handle) return;
    handle.setAttribute('data-lm-suppress-shortcuts', '');
    setTimeout(() => handle.removeAttribute('data-lm-suppress-shortcuts'));
  };

  const activate = () => {
    window.addEventListener('keydown', keep, true);
    const voice = document.body.appendChild(document.createElement('div'));
    voice.setAttribute('aria-live', 'polite');
    voice.style.cssText = 'position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)';
    const rest = () => {
      name();
      const part = document.activeElement && document.activeElement.closest('.vi-part');
      const caption = part && part.querySelector('output[aria-live=off]');
      if (caption && caption.textContent !== voice.textContent) {
        voice.textContent = caption.textContent;
      }
    };
    let timer = 0;
    new MutationObserver(() => {
      clearTimeout(timer);
      timer = setTimeout(rest, 400);
    }).observe(document.body, { childList: true, subtree: true });
  };

  const plugin = { id: 'variational-inference-notebooks:names', autoStart: true, activate };
  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB['variational-inference-notebooks'] = {
    init: () => {},
    get: () => Promise.resolve(() => ({ __esModule: true, default: plugin }))
  };
})();
